// SPDX-License-Identifier: Apache-2.0
// Quantiles of a profile's columns: of numbers they may lie between two values that are there, of times they are values that
// are there. Exact ones or estimates. Values; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "core/profile_columns.h"

namespace boathouse::core {

// The aggregate that tells them, of an ordered column with `counted` values.
std::string quantiles_sql(const ProfileColumn& column, std::int64_t counted, bool exact);

// By their names, "1%" to "99%", out of what the aggregate gave; null: it was not asked, and so is each quantile.
boost::json::object read_quantiles(const ProfileColumn& column, std::int64_t counted, bool exact,
                                   const boost::json::value& found);

}  // namespace boathouse::core
