// SPDX-License-Identifier: Apache-2.0
#include "core/result_text.h"

#include <boost/json.hpp>
#include <utility>

#include "engine/result_names.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// Calls `each` with the text of every value of an array that our own engine wrote.
template <class Each>
void for_each_value(std::string_view row, Each each) {
  std::size_t begin = 1;
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    char c = row[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (depth == 1 && (c == ',' || c == ']')) {
      each(row.substr(begin, i - begin));
      begin = i + 1;
    }
    if (c == '"') in_text = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
  }
}

void append_csv_value(std::string& out, std::string_view value) {
  if (value == "null") return;
  std::size_t at = out.size();
  if (value.starts_with('"')) {
    out += json::value_to<std::string>(json::parse(value));
  } else {
    out += value;
  }
  engine::quote_csv_field(out, at);
}

void append_csv_row(std::string& out, std::string_view row) {
  bool first = true;
  for_each_value(row, [&](std::string_view value) {
    if (!std::exchange(first, false)) out += ',';
    append_csv_value(out, value);
  });
  out += '\n';
}

std::string csv_head(const ResultAbout& about) {
  std::string head;
  bool first = true;
  for (const engine::Column& column : about.columns) {
    if (!std::exchange(first, false)) head += ',';
    std::size_t at = head.size();
    head += column.name;
    engine::quote_csv_field(head, at);
  }
  return head + "\n";
}

std::vector<std::string> object_keys(const ResultAbout& about) {
  std::vector<std::string> names;
  for (const engine::Column& column : about.columns) names.push_back(column.name);
  std::vector<std::string> keys;
  for (const std::string& name : engine::distinct_names(names)) keys.push_back(json::serialize(name) + ":");
  return keys;
}

}  // namespace

ResultText::ResultText(const ResultAbout& about, engine::ResultFormat format) {
  if (format == engine::ResultFormat::csv) {
    head_ = csv_head(about);
  } else {
    keys_ = object_keys(about);
  }
}

void ResultText::append_row(std::string& out, std::string_view row) const {
  if (keys_.empty()) return append_csv_row(out, row);
  append_object(out, row);
}

void ResultText::append_object(std::string& out, std::string_view row) const {
  char before = '{';
  auto key = keys_.begin();
  for_each_value(row, [&](std::string_view value) {
    out += std::exchange(before, ',');
    out += *key++;
    out += value;
  });
  out += "}\n";
}

}  // namespace boathouse::core
