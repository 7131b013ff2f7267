// SPDX-License-Identifier: Apache-2.0
#include "batch/parquet_json.h"

#include <boost/json.hpp>

#include "base/encoding.h"

namespace boathouse::batch {
namespace {

namespace json = boost::json;

// Calls `make(object)` for each element of a list of objects.
template <class Make>
auto each(const json::value& list, Make make) {
  std::vector<decltype(make(list.as_object()))> made;
  made.reserve(list.as_array().size());
  for (const json::value& item : list.as_array()) made.push_back(make(item.as_object()));
  return made;
}

template <class Items, class Make>
json::array array_of(const Items& items, Make make) {
  json::array made;
  made.reserve(items.size());
  for (const auto& item : items) made.push_back(make(item));
  return made;
}

json::object stats_json(const ParquetStats& stats) {
  json::object told{{"nulls", stats.nulls}, {"lower_exact", stats.lower_exact}, {"upper_exact", stats.upper_exact}};
  if (stats.lower) told["lower"] = base::to_hex(*stats.lower);
  if (stats.upper) told["upper"] = base::to_hex(*stats.upper);
  return told;
}

std::optional<std::string> bound(const json::object& told, std::string_view name) {
  const json::value* hex = told.if_contains(name);
  return hex == nullptr ? std::nullopt : base::from_hex(hex->as_string());
}

ParquetStats stats_from(const json::object& told) {
  return {.nulls = told.at("nulls").to_number<std::int64_t>(),
          .lower = bound(told, "lower"),
          .upper = bound(told, "upper"),
          .lower_exact = told.at("lower_exact").as_bool(),
          .upper_exact = told.at("upper_exact").as_bool()};
}

}  // namespace

json::object to_json(const ParquetFacts& facts) {
  return {{"rows", facts.rows},
          {"flat", facts.flat},
          {"columns", array_of(facts.columns,
                               [](const ParquetColumn& column) -> json::object {
                                 return {{"name", column.name}, {"type", column.type}, {"common", column.common}};
                               })},
          {"groups", array_of(facts.groups, [](const ParquetRowGroup& group) -> json::object {
             return {{"rows", group.rows},
                     {"begin", group.begin},
                     {"end", group.end},
                     {"column_bytes", json::value_from(group.column_bytes)}};
           })}};
}

ParquetFacts parquet_facts_from(const json::object& json) {
  return {.rows = json.at("rows").to_number<std::int64_t>(),
          .flat = json.at("flat").as_bool(),
          .columns = each(json.at("columns"),
                          [](const json::object& told) {
                            return ParquetColumn{.name = std::string(told.at("name").as_string()),
                                                 .type = std::string(told.at("type").as_string()),
                                                 .common = told.at("common").as_bool()};
                          }),
          .groups = each(json.at("groups"), [](const json::object& told) {
            return ParquetRowGroup{.rows = told.at("rows").to_number<std::int64_t>(),
                                   .begin = told.at("begin").to_number<std::uint64_t>(),
                                   .end = told.at("end").to_number<std::uint64_t>(),
                                   .column_bytes = json::value_to<std::vector<std::int64_t>>(told.at("column_bytes"))};
          })};
}

json::object to_json(const ParquetAdoption& adoption) {
  return {{"ids", json::value_from(adoption.ids)},
          {"stats", array_of(adoption.stats,
                             [](const std::vector<ParquetStats>& group) { return array_of(group, stats_json); })},
          {"parts", array_of(adoption.parts, [](const ParquetPart& part) -> json::object {
             return {{"path", part.path.string()}, {"first", part.first}, {"last", part.last}};
           })}};
}

ParquetAdoption parquet_adoption_from(const json::object& json) {
  ParquetAdoption adoption{.ids = json::value_to<std::vector<int>>(json.at("ids")),
                           .stats = {},
                           .parts = each(json.at("parts"), [](const json::object& told) {
                             return ParquetPart{.path = std::string(told.at("path").as_string()),
                                                .first = told.at("first").to_number<std::size_t>(),
                                                .last = told.at("last").to_number<std::size_t>()};
                           })};
  for (const json::value& group : json.at("stats").as_array()) adoption.stats.push_back(each(group, stats_from));
  return adoption;
}

}  // namespace boathouse::batch
