// SPDX-License-Identifier: Apache-2.0
// What only all values of a column together tell: how many there are, the most frequent, their patterns, how they are
// spread, where times have gaps. Blocking; one thread at a time.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "core/profile_figures.h"

namespace boathouse::core {

// What is known of a column by then.
struct ColumnFacts {
  const ProfileColumn& column;
  std::int64_t rows = 0;     // of the version
  std::int64_t counted = 0;  // values that figures are about
  double least = 0;          // by measure(), of finite values; for columns that are ordered
  double greatest = 0;
  bool has_range = false;
  std::optional<std::int64_t> distinct{};  // an estimate, where there may be more than are counted one by one
};

// `exact`: unless there are more distinct values than the bounds have. Adds distinct, distinct_exact, unique, top, top_exact; of ordered columns histogram; of texts patterns; of times gaps.
void add_values(engine::Lease& lease, const ColumnFacts& facts, const ProfileBounds& bounds, bool exact,
                boost::json::object& told_of);

}  // namespace boathouse::core
