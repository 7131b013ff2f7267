// SPDX-License-Identifier: Apache-2.0
#include "batch/staged_spec.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::batch {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const std::string& what) {
  throw base::Error(base::ErrorKind::invalid_argument, "the specification of a staged file: " + what);
}

std::string_view to_string(JsonInString value) {
  switch (value) {
    case JsonInString::reject: return "reject";
    case JsonInString::nested: return "nested";
    case JsonInString::any: return "any";
  }
  return "reject";
}

JsonInString parse_json_in_string(std::string_view text) {
  for (JsonInString value : {JsonInString::reject, JsonInString::nested, JsonInString::any}) {
    if (to_string(value) == text) return value;
  }
  refuse("unknown json_in_string");
}

Format parse_format(std::string_view text) {
  for (Format format : {Format::csv, Format::json, Format::ndjson}) {
    if (boathouse::batch::to_string(format) == text) return format;
  }
  refuse("unknown format");
}

json::object column_json(const StagedColumn& column) {
  json::object out{{"name", column.name}, {"type", column.type.to_text()}};
  if (!column.format.empty()) out["format"] = column.format;
  if (column.field >= 0) out["field"] = column.field;
  if (!column.key.empty()) out["key"] = column.key;
  if (column.json_in_string != JsonInString::reject) out["json_in_string"] = to_string(column.json_in_string);
  return out;
}

StagedColumn parse_column(const json::value& value) {
  StagedColumn column;
  for (const auto& [key, item] : value.as_object()) {
    if (key == "name") {
      column.name = item.as_string();
    } else if (key == "type") {
      column.type = ColumnType::parse(item.as_string());
    } else if (key == "format") {
      column.format = item.as_string();
    } else if (key == "field") {
      column.field = item.to_number<std::int64_t>();
    } else if (key == "key") {
      column.key = item.as_string();
    } else if (key == "json_in_string") {
      column.json_in_string = parse_json_in_string(item.as_string());
    } else {
      refuse("unknown column member " + std::string(key));
    }
  }
  return column;
}

void parse_member(std::string_view key, const json::value& item, StagedSpec& spec) {
  if (key == "format") {
    spec.format = parse_format(item.as_string());
  } else if (key == "columns") {
    for (const json::value& column : item.as_array()) spec.columns.push_back(parse_column(column));
  } else if (key == "field_names") {
    for (const json::value& name : item.as_array()) spec.field_names.emplace_back(name.as_string());
  } else if (key == "delimiter") {
    if (item.as_string().size() != 1) refuse("a delimiter is one byte");
    spec.delimiter = item.as_string().front();
  } else if (key == "reject_unknown") {
    spec.reject_unknown = item.as_bool();
  } else if (key == "strings_as_text") {
    spec.strings_as_text = item.as_bool();
  } else if (key == "begin") {
    spec.begin = item.to_number<std::uint64_t>();
  } else if (key == "end") {
    spec.end = item.to_number<std::uint64_t>();
  } else if (key == "first_row") {
    spec.first_row = item.to_number<std::uint64_t>();
  } else if (key == "raw") {
    spec.raw = item.as_bool();
  } else if (key == "only_rows") {
    for (const json::value& row : item.as_array()) spec.only_rows.push_back(row.to_number<std::uint64_t>());
  } else if (key == "max_record_bytes") {
    spec.max_record_bytes = item.to_number<std::uint64_t>();
  } else {
    refuse("unknown member " + std::string(key));
  }
}

void check(const StagedSpec& spec) {
  auto fields = static_cast<std::int64_t>(spec.field_names.size());
  if (spec.format == Format::csv && fields == 0) refuse("CSV needs field_names");
  for (const StagedColumn& column : spec.columns) {
    if (column.name.empty()) refuse("a column has no name");
    if (column.field < -1 || column.field >= std::max<std::int64_t>(fields, 0)) {
      refuse("column " + column.name + " lies outside the fields");
    }
  }
}

}  // namespace

std::string StagedSpec::to_json() const {
  json::array columns_json;
  for (const StagedColumn& column : columns) columns_json.push_back(column_json(column));
  json::object out{{"format", boathouse::batch::to_string(format)},
                   {"columns", std::move(columns_json)},
                   {"field_names", json::array(field_names.begin(), field_names.end())},
                   {"delimiter", std::string(1, delimiter)},
                   {"reject_unknown", reject_unknown},
                   {"strings_as_text", strings_as_text},
                   {"begin", begin},
                   {"end", end},
                   {"first_row", first_row},
                   {"raw", raw},
                   {"only_rows", json::array(only_rows.begin(), only_rows.end())},
                   {"max_record_bytes", max_record_bytes}};
  return json::serialize(out);
}

StagedSpec StagedSpec::from_json(std::string_view text) {
  StagedSpec spec;
  try {
    const json::value parsed = json::parse(text);
    for (const auto& [key, item] : parsed.as_object()) parse_member(key, item, spec);
  } catch (const base::Error&) {
    throw;
  } catch (const std::exception& failure) {
    refuse(failure.what());
  }
  check(spec);
  return spec;
}

bool is_reserved_column(std::string_view name) {
  static constexpr std::string_view kReserved[] = {"_row",     "_ok",        "_bad",    "_reasons", "_data",
                                                   "_raw",     "_part",      "_file",   "_pos",     "_deleted",
                                                   "_spec_id", "_partition", "_unique", "_request"};
  return std::find(std::begin(kReserved), std::end(kReserved), base::fold_case(name)) != std::end(kReserved);
}

}  // namespace boathouse::batch
