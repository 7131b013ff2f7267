// SPDX-License-Identifier: Apache-2.0
#include "batch/row_report.h"

#include <algorithm>

#include "base/encoding.h"
#include "batch/json_text.h"

namespace boathouse::batch {
namespace {

// Longer values are cut in reasons; the row's data has them whole.
constexpr std::size_t kMaxReasonValue = 1000;
constexpr std::size_t kMaxMessageValue = 60;

std::string shortened(std::string_view text, std::size_t most) {
  std::string_view prefix = base::prefix_code_points(text, most);
  return std::string(prefix) + (prefix.size() < text.size() ? "..." : "");
}

// What the sender wrote: the characters of a JSON string, any other cell's own text. In a JSON column strings keep
// their quotes, without which their text would be another value.
std::string_view raw_text(const Cell& cell, bool json_column, std::string& buffer) {
  std::string_view text = cell.text;
  bool is_string = cell.kind == CellKind::json && !json_column && text.front() == '"';
  if (is_string) json_string(cell.text, buffer, text);
  return text;
}

std::string expected_text(const StagedColumn& column) {
  const ColumnType& type = column.type;
  if (!column.format.empty()) return "text of the format " + column.format + ", of a moment that exists";
  switch (type.kind) {
    case TypeKind::integer: return "a whole number from -2147483648 to 2147483647";
    case TypeKind::bigint: return "a whole number of at most 64 bits";
    case TypeKind::double_: return "a number as in 12, -0.5 or 1e9, NaN, Infinity or -Infinity";
    case TypeKind::decimal:
      return "a number with at most " + std::to_string(type.precision - type.scale) + " digits before and " +
             std::to_string(type.scale) + " after the point";
    case TypeKind::string: return "a string";
    case TypeKind::boolean: return "true or false";
    case TypeKind::date: return "a date as in 2024-06-01";
    case TypeKind::time: return "a time as in 12:30:00";
    case TypeKind::timestamp: return "a moment as in 2024-06-01T12:30:00";
    case TypeKind::timestamptz: return "a moment with its zone as in 2024-06-01T12:30:00Z or 2024-06-01T12:30:00+02:00";
    case TypeKind::iso_date: return "a moment as in 2024-06-01T12:30:00Z";
    case TypeKind::uuid: return "hexadecimal digits as in 123e4567-e89b-12d3-a456-426614174000";
    case TypeKind::binary: return "base64 with its padding";
    case TypeKind::json: return "a JSON value";
  }
  return "another value";
}

class ReasonList {
 public:
  // A null `value` or empty `column` is written as null.
  void add(std::string_view column, std::string_view rule, const std::string* value, const std::string& message) {
    text_ += text_.size() == 1 ? "{\"column\":" : ",{\"column\":";
    append_or_null(column.empty() ? nullptr : &column);
    text_ += ",\"rule\":";
    append_json_string(text_, rule);
    text_ += ",\"value\":";
    std::string_view view = value == nullptr ? std::string_view() : std::string_view(*value);
    append_or_null(value == nullptr ? nullptr : &view);
    text_ += ",\"message\":";
    append_json_string(text_, message);
    text_ += "}";
  }
  std::string finish() { return std::move(text_) + "]"; }

 private:
  void append_or_null(const std::string_view* text) {
    if (text == nullptr) {
      text_ += "null";
    } else {
      append_json_string(text_, *text);
    }
  }
  std::string text_ = "[";
};

void append_member(std::string& object, std::string_view name, const std::string_view* value) {
  if (object.size() > 1) object += ",";
  append_json_string(object, name);
  object += ":";
  if (value == nullptr) {
    object += "null";
  } else {
    append_json_string(object, *value);
  }
}

void append_cell(std::string& object, std::string_view name, const Cell& cell, bool json_column) {
  std::string buffer;
  std::string_view text = cell.kind == CellKind::missing ? std::string_view() : raw_text(cell, json_column, buffer);
  append_member(object, name, cell.kind == CellKind::missing ? nullptr : &text);
}

std::string member_name(const UnknownMember& member) {
  std::string buffer;
  std::string_view name = member.key_token;
  json_string(member.key_token, buffer, name);
  return std::string(name);
}

std::span<const UnknownMember> unknown_of(const RecordBatch& batch, std::size_t row) {
  auto [first, last] =
      std::equal_range(batch.unknown.begin(), batch.unknown.end(), UnknownMember{row, {}, {}},
                       [](const UnknownMember& a, const UnknownMember& b) { return a.record < b.record; });
  return {first, last};
}

std::string csv_data(const StagedSpec& spec, const RecordBatch& batch, std::size_t row) {
  std::vector<const StagedColumn*> column_of(spec.field_names.size(), nullptr);
  for (const StagedColumn& column : spec.columns) {
    if (column.field >= 0) column_of[static_cast<std::size_t>(column.field)] = &column;
  }
  std::string data = "{";
  for (std::size_t field = 0; field < column_of.size(); ++field) {
    const StagedColumn* column = column_of[field];
    append_cell(data, column != nullptr ? column->name : spec.field_names[field], batch.cell(row, field), false);
  }
  return data + "}";
}

std::string json_data(const StagedSpec& spec, const RecordBatch& batch, std::size_t row) {
  std::string data = "{";
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    append_cell(data, spec.columns[i].name, batch.cell(row, i), spec.columns[i].type.kind == TypeKind::json);
  }
  for (const UnknownMember& member : unknown_of(batch, row)) {
    bool is_null = member.value == "null";
    append_cell(data, member_name(member), is_null ? Cell{} : Cell{member.value, CellKind::json, false}, false);
  }
  return data + "}";
}

std::string fields_message(const RecordInfo& info, std::size_t width) {
  if (!info.repeated_key.empty()) {
    std::string buffer;
    std::string_view key = info.repeated_key;
    json_string(info.repeated_key, buffer, key);
    return "\"" + shortened(key, kMaxMessageValue) + "\" is there twice: which value holds cannot be told";
  }
  if (info.malformed_quotes) return "text follows a closing quote, so that the fields cannot be told apart";
  return std::to_string(info.field_count) + (info.field_count == 1 ? " field" : " fields") + " where " +
         std::to_string(width) + (width == 1 ? " is expected" : " are expected");
}

RowReport fields_report(const RecordBatch& batch, const RecordInfo& info) {
  RowReport report;
  ReasonList reasons;
  reasons.add("", "fields", nullptr, fields_message(info, batch.width));
  report.reasons = reasons.finish();
  report.data = "{";
  append_member(report.data, "_raw", &info.raw);
  report.data += "}";
  return report;
}

}  // namespace

RowReport make_report(const StagedSpec& spec, const RecordBatch& batch, std::size_t row, std::span<const BadCell> bad) {
  const RecordInfo& info = batch.records[row];
  if (info.fields_failed) return fields_report(batch, info);
  RowReport report;
  ReasonList reasons;
  std::string buffer;
  for (const BadCell& cell : bad) {
    const StagedColumn& column = spec.columns[cell.column];
    std::size_t place = spec.format == Format::csv ? static_cast<std::size_t>(column.field) : cell.column;
    std::string value(raw_text(batch.cell(row, place), column.type.kind == TypeKind::json, buffer));
    std::string message = "\"" + shortened(value, kMaxMessageValue) + "\" is not " + with_article(column.type) +
                          ": expected " + expected_text(column);
    value = shortened(value, kMaxReasonValue);
    reasons.add(column.name, "type", &value, message);
    report.bad.push_back(column.name);
  }
  for (const UnknownMember& member : unknown_of(batch, row)) {
    if (!spec.reject_unknown) break;
    std::string name = member_name(member);
    std::string value = shortened(raw_text({member.value, CellKind::json, false}, false, buffer), kMaxReasonValue);
    reasons.add(name, "unknown_columns", &value,
                "\"" + shortened(name, kMaxMessageValue) + "\" is no column of this table");
  }
  report.reasons = reasons.finish();
  report.data = spec.format == Format::csv ? csv_data(spec, batch, row) : json_data(spec, batch, row);
  return report;
}

}  // namespace boathouse::batch
