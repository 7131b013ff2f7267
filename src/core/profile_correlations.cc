// SPDX-License-Identifier: Apache-2.0
#include "core/profile_correlations.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "core/profile_ask.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// Rounding may leave a trace past 1.
json::value within_one(const json::value& correlation) {
  const json::value number = number_or_null(correlation);
  return number.is_null() ? number : json::value(std::clamp(number.to_number<double>(), -1.0, 1.0));
}

}  // namespace

json::object correlations(engine::Lease& lease, std::int64_t rows, std::vector<CorrelatedColumn> columns,
                          const ProfileBounds& bounds) {
  const std::size_t all = columns.size();
  while (columns.size() > bounds.correlated) columns.pop_back();
  const std::size_t size = columns.size();
  const auto cells = static_cast<double>(rows) * static_cast<double>(size * size) / 2;
  const bool exact = cells <= static_cast<double>(bounds.correlated_cells);

  std::string list;
  json::array names;
  for (std::size_t i = 0; i < size; ++i) {
    list += fmt::format("{}{} AS c{}", i == 0 ? "" : ", ", columns[i].position, i);
    names.emplace_back(columns[i].name);
  }
  std::string relation = fmt::format("(SELECT {} FROM {}", size == 0 ? "1" : list, kProfiled);
  if (!exact) {
    relation += fmt::format(" USING SAMPLE {:.6f} PERCENT (bernoulli, 1)",
                            100.0 * static_cast<double>(bounds.correlated_cells) / cells);
  }
  relation += ")";

  std::vector<json::object> found(size);
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      figures.push_back({found[i], std::to_string(j), exactly(fmt::format("corr(c{}, c{})", i, j))});
  }
  ask(lease, relation, figures);

  json::array matrix(size, json::array(size, 1.0));
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      matrix[i].as_array()[j] = matrix[j].as_array()[i] = within_one(found[i].at(std::to_string(j)));
    }
  }
  return {{"columns", std::move(names)},
          {"matrix", std::move(matrix)},
          {"exact", exact},
          {"left_out", static_cast<std::int64_t>(all - size)}};
}

}  // namespace boathouse::core
