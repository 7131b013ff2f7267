// SPDX-License-Identifier: Apache-2.0
// How far apart the values of a column lie in two versions. Blocking; one thread at a time.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "core/profile_figures.h"

namespace boathouse::core {

// The relations on the lease that are compared.
inline constexpr std::string_view kEarlier = "earlier";
inline constexpr std::string_view kLater = "later";

struct Distance {
  std::optional<double> psi;  // nullopt: nothing to compare, or too many values that have no order
  std::optional<double> ks;   // of values that have an order
  std::int64_t bins = 0;      // that psi is a sum over
  std::int64_t from = 0;      // values compared
  std::int64_t to = 0;
  boost::json::object fresh;     // {distinct,rows,examples}: values that came
  boost::json::object vanished;  // alike, values that went
  bool categories = false;       // few values, each a bin of its own
};

inline constexpr std::int64_t kMaxCategories = 100;

// The columns are of one kind.
Distance distance_between(engine::Lease& lease, const ProfileColumn& from, const ProfileColumn& to);

}  // namespace boathouse::core
