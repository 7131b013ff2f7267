// SPDX-License-Identifier: Apache-2.0
#include "core/profile_quantiles.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <cmath>

#include "base/numbers.h"
#include "batch/double_order.h"
#include "core/profile_ask.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr std::pair<const char*, double> kQuantiles[] = {{"1%", 0.01},  {"5%", 0.05},  {"25%", 0.25}, {"50%", 0.5},
                                                         {"75%", 0.75}, {"95%", 0.95}, {"99%", 0.99}};

// A decimal of at most so many digits is kept in 8 bytes.
constexpr int kDigitsOfLong = 18;

// Where a quantile lies in the ordered values: between the one of this number, from 0, and the next.
struct Place {
  std::int64_t below = 0;
  double share = 0;  // of the way to the next
};

Place place_of(double quantile, std::int64_t counted) {
  const double at = quantile * static_cast<double>(counted - 1);
  return {static_cast<std::int64_t>(std::floor(at)), at - std::floor(at)};
}

// The engine orders DOUBLEs slowly, and decimals only once they are DOUBLEs if it is to look between them: so it is asked
// for the neighbours of each quantile, of integers that are ordered alike. Those of longer decimals take more memory.
bool by_neighbours(const ProfileColumn& column, bool exact) {
  const bool is_short = column.type.kind == batch::TypeKind::decimal && column.type.precision <= kDigitsOfLong;
  return exact && (column.is_double() || is_short);
}

// quantile_disc() takes the value of the number floor(share * values), from 0, of shares that meet none exactly.
std::string neighbour_list(std::int64_t counted) {
  std::string list;
  for (const auto& [name, quantile] : kQuantiles) {
    const std::int64_t below = place_of(quantile, counted).below;
    for (std::int64_t number : {below, std::min(below + 1, counted - 1)}) {
      const double share = (static_cast<double>(number) + 0.5) / static_cast<double>(counted);
      list += fmt::format("{}{}", list.empty() ? "" : ", ", sql_double(share));
    }
  }
  return "[" + list + "]";
}

std::string quantile_list() {
  std::string list;
  for (const auto& [name, at] : kQuantiles) list += fmt::format("{}{}", list.empty() ? "" : ", ", at);
  return "[" + list + "]";
}

json::value neighbour(const ProfileColumn& column, const json::value& text) {
  if (!column.is_double()) return number_or_null(text);
  const auto order = base::parse_number<std::int64_t>(text.as_string());
  return order ? json::value(batch::number_at(*order)) : json::value(nullptr);
}

// Beside an infinity there is nothing between, nor is there for pandas.
json::value between(const json::value& below, const json::value& above, double share) {
  if (!below.is_double() || !above.is_double()) return nullptr;
  return number_or_null(std::lerp(below.get_double(), above.get_double(), share));
}

}  // namespace

std::string quantiles_sql(const ProfileColumn& column, std::int64_t counted, bool exact) {
  const std::string value = column.value();
  if (by_neighbours(column, exact)) {
    return fmt::format("CAST(quantile_disc({}, {}) AS VARCHAR[])",
                       column.is_double() ? fmt::format("double_order({})", value) : value, neighbour_list(counted));
  }
  if (column.kind == ProfileKind::time) {
    return fmt::format("{}({}, {})", exact ? "quantile_disc" : "approx_quantile", value, quantile_list());
  }
  return fmt::format("CAST({}({}, {}) AS VARCHAR[])", exact ? "quantile_cont" : "approx_quantile",
                     exact ? column.measure(value) : value, quantile_list());
}

json::object read_quantiles(const ProfileColumn& column, std::int64_t counted, bool exact, const json::value& found) {
  json::object quantiles;
  const json::array* values = found.if_array();
  for (std::size_t i = 0; i < std::size(kQuantiles); ++i) {
    const auto& [name, quantile] = kQuantiles[i];
    if (values == nullptr) {
      quantiles[name] = nullptr;
    } else if (by_neighbours(column, exact)) {
      quantiles[name] = between(neighbour(column, values->at(2 * i)), neighbour(column, values->at(2 * i + 1)),
                                place_of(quantile, counted).share);
    } else {
      quantiles[name] = column.kind == ProfileKind::time ? values->at(i) : number_or_null(values->at(i));
    }
  }
  return quantiles;
}

}  // namespace boathouse::core
