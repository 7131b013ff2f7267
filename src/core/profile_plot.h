// SPDX-License-Identifier: Apache-2.0
// A profile as pictures. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace boathouse::core {

// How the values of a column are spread: a histogram of what has an order, bars of the most frequent values of what has
// none. Error{not_found} when the profile has no such column.
std::string histogram_plot(const boost::json::object& profile, std::string_view column);
// How much of each column is missing.
std::string missing_plot(const boost::json::object& profile);
// How number columns go together.
std::string correlation_plot(const boost::json::object& profile);

}  // namespace boathouse::core
