// SPDX-License-Identifier: Apache-2.0
// How number columns go together: Pearson's correlation of each pair, over the rows in which both have a finite value.
// Blocking; one thread at a time.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "core/profile_figures.h"

namespace boathouse::core {

struct CorrelatedColumn {
  std::string name;
  std::string
      position;  // SQL: where the value lies between the least and the greatest, 0 to 1; NULL where it is not finite
};

// Of the relation kProfiled: {columns:[name],matrix:[[..]],exact,left_out}; null where a pair has no correlation.
boost::json::object correlations(engine::Lease& lease, std::int64_t rows, std::vector<CorrelatedColumn> columns,
                                 const ProfileBounds& bounds);

}  // namespace boathouse::core
