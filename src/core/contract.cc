// SPDX-License-Identifier: Apache-2.0
#include "core/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/encoding.h"
#include "batch/strict_text.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// JSON numbers are exact up to here for every reader.
constexpr std::int64_t kMaxExactInteger = 1LL << 53;

// A rule's value as a number where JSON can hold it exactly, else as the text.
json::value rule_json(const batch::ColumnType& type, const std::string& text) {
  std::int64_t integer = 0;
  bool is_integer = type.kind == batch::TypeKind::integer || type.kind == batch::TypeKind::bigint;
  if (is_integer && batch::parse_bigint(text, integer) && integer >= -kMaxExactInteger && integer <= kMaxExactInteger) {
    return integer;
  }
  double number = 0;
  if (type.kind == batch::TypeKind::double_ && batch::parse_double(text, number) && std::isfinite(number))
    return number;
  return json::value(text);
}

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& text : list) out.emplace_back(text);
  return out;
}

json::object column_json(const ContractColumn& column) {
  json::object out;
  out["name"] = column.name;
  out["type"] = column.type.to_text();
  if (column.required) out["required"] = true;
  if (column.min) out["min"] = rule_json(column.type, *column.min);
  if (column.max) out["max"] = rule_json(column.type, *column.max);
  if (column.pattern) out["pattern"] = *column.pattern;
  if (!column.values.empty()) {
    json::array values;
    for (const std::string& text : column.values) values.push_back(rule_json(column.type, text));
    out["values"] = std::move(values);
  }
  if (column.min_length) out["min_length"] = *column.min_length;
  if (column.max_length) out["max_length"] = *column.max_length;
  if (column.format) out["format"] = *column.format;
  if (column.unique) out["unique"] = true;
  if (column.default_value) out["default"] = rule_json(column.type, *column.default_value);
  if (!column.description.empty()) out["description"] = column.description;
  return out;
}

}  // namespace

std::string_view to_string(UnknownColumns value) {
  switch (value) {
    case UnknownColumns::reject: return "reject";
    case UnknownColumns::ignore: return "ignore";
    case UnknownColumns::add: return "add";
  }
  return "reject";
}

const ContractColumn* Contract::find(std::string_view name) const {
  std::string folded = base::fold_case(name);
  auto same = [&](const ContractColumn& column) {
    return column.name.size() == name.size() && base::fold_case(column.name) == folded;
  };
  auto found = std::find_if(columns.begin(), columns.end(), same);
  return found == columns.end() ? nullptr : &*found;
}

json::object to_json(const Contract& contract) {
  json::object out;
  if (!contract.description.empty()) out["description"] = contract.description;
  if (!contract.key.empty()) out["key"] = texts(contract.key);
  if (contract.max_rows) out["max_rows"] = *contract.max_rows;
  out["unknown_columns"] = to_string(contract.unknown_columns);
  if (!contract.partition.empty()) out["partition"] = texts(contract.partition);
  if (contract.keep_versions) out["keep_versions"] = *contract.keep_versions;
  if (contract.keep_for) out["keep_for"] = base::to_text(*contract.keep_for);
  json::array columns;
  for (const ContractColumn& column : contract.columns) columns.push_back(column_json(column));
  out["columns"] = std::move(columns);
  return out;
}

std::string FileProblem::to_text() const {
  return key.empty() ? fmt::format("{}:{}: {}", file, line, message)
                     : fmt::format("{}:{}: {}: {}", file, line, key, message);
}

}  // namespace boathouse::core
