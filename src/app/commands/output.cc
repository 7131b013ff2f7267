// SPDX-License-Identifier: Apache-2.0
#include "app/commands/output.h"

#include <boost/json/serialize.hpp>
#include <iostream>

#include "app/commands/text_table.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  if (value.is_null()) return "";
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string cell(const json::value& row, const std::string& field) {
  const json::value* value = row.as_object().if_contains(field);
  return value ? text_of(*value) : "";
}

}  // namespace

void Output::add_option(CLI::App& command) {
  command.add_option("--output", format_, "table for people, json for scripts")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

void Output::say(const json::value& answer, const std::string& text) const {
  std::cout << (is_json() ? json::serialize(answer) : text) << '\n';
}

void Output::fields(const json::value& answer) const {
  std::string text;
  for (const auto& member : answer.as_object()) {
    std::string name(member.key());
    text += fmt::format("{}{:<18} {}", text.empty() ? "" : "\n", name, text_of(member.value()));
  }
  say(answer, text);
}

void Output::list(const json::value& answer, std::string_view name, const std::vector<Column>& columns) const {
  if (is_json()) {
    std::cout << json::serialize(answer) << '\n';
    return;
  }
  std::vector<TextColumn> titles;
  titles.reserve(columns.size());
  for (const Column& column : columns) titles.push_back({column.title, false});
  std::vector<std::vector<std::string>> rows;
  for (const json::value& row : answer.at(name).as_array()) {
    auto& cells = rows.emplace_back();
    for (const Column& column : columns) cells.push_back(cell(row, column.field));
  }
  std::cout << text_table(titles, rows);
}

}  // namespace boathouse::app
