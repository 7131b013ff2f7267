// SPDX-License-Identifier: Apache-2.0
// The columns that a branch has once a batch is in it. Pure, any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/table_state.h"

namespace boathouse::core {

enum class Shape { of_branch, of_batch };

// `wanted` are the batch's columns; their ids mean nothing. With Shape::of_branch they join the branch's, with
// Shape::of_batch they are all that there is, in their order. A column keeps its id where its values keep their meaning,
// and takes that of main's or another branch's column of its name and type where no file of the branch could hold other
// values under it; otherwise it gets a new one. `replaces`: no rows of the branch remain, so that any type may become any
// other; otherwise Error{conflict} that names the column, unless it is one of `retyped`, whose values are no more either.
iceberg::Schema columns_with(const TableState& state, const std::vector<iceberg::Field>& wanted, Shape shape,
                             bool replaces, const std::set<std::string>& retyped = {});

}  // namespace boathouse::core
