// SPDX-License-Identifier: Apache-2.0
// A change to one table that exists: made from the table as it is now, committed, and made again where another commit
// came first. Blocking; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "core/commit.h"

namespace boathouse::core {

// nullopt: there is nothing to change.
using MakeChange = std::function<std::optional<TableChange>(const TableState& now)>;

// What is committed beside the change, made from it.
using MakeBatch = std::function<meta::BatchRow(const TableChange& change)>;

// True when something was committed. Holds the table's lock. Error{not_found} when there is no such table, Error{conflict}
// when other commits came first too often.
bool change_table(const Parts& parts, const base::WorkspaceId& workspace, std::string_view table,
                  const MakeChange& make_change, const MakeBatch& make_batch = {});

}  // namespace boathouse::core
