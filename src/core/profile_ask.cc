// SPDX-License-Identifier: Apache-2.0
#include "core/profile_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/numbers.h"
#include "batch/types.h"

namespace boathouse::core {

namespace json = boost::json;

void ask(engine::Lease& lease, std::string_view relation, const std::vector<Figure>& figures,
         std::size_t most_at_once) {
  for (std::size_t first = 0; first < figures.size(); first += most_at_once) {
    const std::size_t end = std::min(figures.size(), first + most_at_once);
    std::string list;
    for (std::size_t i = first; i < end; ++i) list += (list.empty() ? "" : ", ") + figures[i].sql;
    const auto results = lease.execute({fmt::format("SELECT {} FROM {}", list, relation)});
    const json::array& row = results.front().rows.at(0).as_array();
    for (std::size_t i = first; i < end; ++i) figures[i].into[figures[i].key] = row.at(i - first);
  }
}

void ask_in_pairs(engine::Lease& lease, std::string_view relation, const std::vector<Figure>& figures) {
  for (std::size_t first = 0; first < figures.size(); first += 2) {
    std::vector<std::vector<std::string>> lists;
    const std::size_t end = std::min(figures.size(), first + 2);
    for (std::size_t i = first; i < end; ++i) {
      lists.push_back({fmt::format("SELECT {} FROM {}", figures[i].sql, relation)});
    }
    const auto results = lease.execute_parallel(lists);
    for (std::size_t i = first; i < end; ++i) {
      figures[i].into[figures[i].key] = results.at(i - first).rows.at(0).as_array().at(0);
    }
  }
}

std::string exactly(std::string_view sql) { return fmt::format("CAST({} AS VARCHAR)", sql); }

json::value number_or_null(const json::value& value) {
  if (const json::string* text = value.if_string()) {
    const auto number = base::parse_number<double>(*text);
    return number && std::isfinite(*number) ? json::value(*number) : json::value(nullptr);
  }
  if (value.is_double()) return std::isfinite(value.get_double()) ? value : json::value(nullptr);
  return value.is_number() ? value : json::value(nullptr);
}

json::value told(const json::value& value) {
  if (value.is_double()) return number_or_null(value);
  if (value.is_uint64()) return json::string(std::to_string(value.get_uint64()));
  const std::int64_t* integer = value.if_int64();
  if (integer == nullptr || (-batch::kExactInDouble <= *integer && *integer <= batch::kExactInDouble)) return value;
  return json::string(std::to_string(*integer));
}

std::int64_t count_of(const json::object& facts, std::string_view key) {
  const json::value* value = facts.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace boathouse::core
