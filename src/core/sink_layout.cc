// SPDX-License-Identifier: Apache-2.0
#include "core/sink_layout.h"

#include <fmt/format.h>

#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "core/column_types.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;
using iceberg::TypeKind;

constexpr std::size_t kMaxName = 63;
constexpr std::size_t kHashDigits = 16;
constexpr std::array<std::string_view, 10> kTaken = {
    "tableoid", "xmin", "cmin",          "xmax",      "cmax",
    "ctid",     "oid",  "gp_segment_id", kMarksTable, "boathouse_watermarks_pkey"};

std::string with_hash(std::string_view name) {
  std::size_t kept = std::min(name.size(), kMaxName - kHashDigits - 1);
  // Not in the middle of a character.
  while (kept > 0 && kept < name.size() && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80) --kept;
  return std::string(name.substr(0, kept)) + "_" + base::to_hex(base::sha256(name)).substr(0, kHashDigits);
}

std::string faithful_type(const iceberg::Type& type, bool is_json) {
  if (is_json) return "jsonb";
  switch (type.kind()) {
    case TypeKind::boolean: return "boolean";
    case TypeKind::int32: return "integer";
    case TypeKind::int64: return "bigint";
    case TypeKind::float32: return "real";
    case TypeKind::float64: return "double precision";
    case TypeKind::decimal: return fmt::format("numeric({},{})", type.precision(), type.scale());
    case TypeKind::date: return "date";
    case TypeKind::time: return "time without time zone";
    case TypeKind::timestamp: return "timestamp without time zone";
    case TypeKind::timestamptz: return "timestamp with time zone";
    case TypeKind::string: return "text";
    case TypeKind::uuid: return "uuid";
    case TypeKind::fixed:
    case TypeKind::binary: return "bytea";
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: break;
  }
  throw base::Error(base::ErrorKind::unprocessable,
                    "columns of type " + type.to_string() + " cannot be copied to PostgreSQL");
}

std::string simple_type(const iceberg::Type& type) {
  switch (type.kind()) {
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::float32:
    case TypeKind::float64:
    case TypeKind::decimal: return "numeric";
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return "timestamp without time zone";
    default: return "text";
  }
}

bool is_float_numeric(const SinkColumn& column) { return column.type == "numeric" && column.field.type.is_floating(); }

bool is_json(const iceberg::Field& field, const std::optional<Contract>& contract) {
  const ContractColumn* column = contract ? contract->find(field.name) : nullptr;
  return column != nullptr && column->type.kind == batch::TypeKind::json;
}

// JSON text as jsonb takes it: a NUL becomes a byte 0, which the way there takes out of every text, and half a surrogate
// pair U+FFFD. No JSON text has the characters 1 and 2 raw, so they stand for what is not to be touched meanwhile.
std::string json_text(const std::string& x) {
  std::string out = fmt::format(R"sql(replace({}, '\\', chr(1)))sql", x);
  out = fmt::format(R"sql(replace({}, '\u0000', chr(0)))sql", out);
  out = fmt::format(
      R"sql(regexp_replace({}, '\\(u[dD][89abAB][0-9a-fA-F]{{2}})\\(u[dD][c-fC-F][0-9a-fA-F]{{2}})', chr(2) || '\1' || chr(2) || '\2', 'g'))sql",
      out);
  out = fmt::format(R"sql(regexp_replace({}, '\\u[dD][89a-fA-F][0-9a-fA-F]{{2}}', '\\ufffd', 'g'))sql", out);
  out = fmt::format(R"sql(replace(replace({}, chr(2), '\'), chr(1), '\\'))sql", out);
  return fmt::format(R"sql(CASE WHEN contains({0}, '\u') THEN {1} ELSE {0} END)sql", x, out);
}

// The value in the text form that PostgreSQL reads.
std::string text_of(const SinkColumn& column) {
  std::string x = quote_identifier(column.field.name);
  if (column.is_json) return column.type == "jsonb" ? json_text(x) : x;
  switch (column.field.type.kind()) {
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return fmt::format("replace(CAST({} AS VARCHAR), ' (BC)', ' BC')", x);
    case TypeKind::float32:
    case TypeKind::float64: return column.finite ? fmt::format("CASE WHEN NOT isinf({0}) THEN {0} END", x) : x;
    case TypeKind::fixed:
    case TypeKind::binary: return fmt::format(R"('\x' || hex({}))", x);
    default: return x;
  }
}

// The value as a member of a JSON object.
std::string json_of(const SinkColumn& column) {
  std::string x = quote_identifier(column.field.name);
  if (column.is_json) return fmt::format("CAST(replace({}, chr(0), '\ufffd') AS JSON)", json_text(x));
  switch (column.field.type.kind()) {
    case TypeKind::boolean:
    case TypeKind::int32:
    case TypeKind::int64: return x;
    case TypeKind::decimal: return fmt::format("CAST(CAST({} AS VARCHAR) AS JSON)", x);
    case TypeKind::float32:
    case TypeKind::float64:
      return fmt::format("CASE WHEN isfinite({0}) THEN to_json({0}) ELSE to_json(CAST({0} AS VARCHAR)) END", x);
    case TypeKind::string: return fmt::format("replace({}, chr(0), '\ufffd')", x);
    default: return fmt::format("CAST({} AS VARCHAR)", text_of(column));
  }
}

std::string rest_json(const std::vector<SinkColumn>& rest) {
  std::vector<std::string> members;
  members.reserve(rest.size());
  for (const SinkColumn& column : rest) {
    members.push_back(fmt::format("{}, {}", quote_string(column.field.name), json_of(column)));
  }
  return fmt::format("json_object({})", fmt::join(members, ", "));
}

bool is_key(const LayoutWish& wish, const iceberg::Field& field) {
  return std::ranges::any_of(
      wish.key, [&](const std::string& name) { return base::fold_case(name) == base::fold_case(field.name); });
}

std::string numbered_select(const std::vector<std::string>& items, std::string_view rows) {
  std::vector<std::string> named;
  for (std::size_t i = 0; i < items.size(); ++i) named.push_back(fmt::format("{} AS c{}", items[i], i));
  return fmt::format("SELECT {} FROM ({})", fmt::join(named, ", "), rows);
}

// "numeric(10,2)" taken apart; nullopt for anything else, plain numeric has neither.
struct Numeric {
  int precision = 0;
  int scale = 0;
};
std::optional<Numeric> numeric(std::string_view type) {
  if (type == "numeric") return Numeric{};
  constexpr std::string_view kBegin = "numeric(";
  const std::size_t comma = type.find(',');
  if (!type.starts_with(kBegin) || !type.ends_with(')') || comma == std::string_view::npos) return std::nullopt;
  const auto precision = base::parse_number<int>(type.substr(kBegin.size(), comma - kBegin.size()));
  const auto scale = base::parse_number<int>(type.substr(comma + 1, type.size() - comma - 2));
  if (!precision || !scale) return std::nullopt;
  return Numeric{*precision, *scale};
}

}  // namespace

std::string sink_name(std::string_view name) {
  const bool taken = std::ranges::find(kTaken, name) != kTaken.end();
  return taken || name.size() > kMaxName ? with_hash(name) : std::string(name);
}

std::string sink_table_name(std::string_view schema, std::string_view table) {
  return quote_identifier(schema) + "." + quote_identifier(table);
}

SinkLayout sink_layout(const iceberg::Schema& schema, const std::optional<Contract>& contract, const LayoutWish& wish) {
  SinkLayout layout;
  const bool fits = schema.fields().size() <= wish.most_columns;
  // A key must be among those that are columns.
  std::size_t room = wish.most_columns - std::min(wish.most_columns, wish.key.size());
  std::set<std::string> taken;
  for (const iceberg::Field& field : schema.fields()) {
    SinkColumn column{.field = field, .name = sink_name(field.name), .type = {}, .is_json = is_json(field, contract)};
    column.type = wish.types == SinkTypes::simple ? simple_type(field.type) : faithful_type(field.type, column.is_json);
    column.finite = wish.finite_numerics && is_float_numeric(column);
    const bool of_key = is_key(wish, field);
    if (!fits && !of_key && room == 0) {
      layout.rest.push_back(std::move(column));
      continue;
    }
    if (!of_key && room > 0) --room;
    if (!taken.insert(column.name).second) column.name = with_hash(column.name + "/" + field.name);
    layout.columns.push_back(std::move(column));
  }
  for (const std::string& name : wish.key) {
    for (const SinkColumn& column : layout.columns) {
      if (base::fold_case(name) == base::fold_case(column.field.name)) layout.key.push_back(column.name);
    }
  }
  if (!layout.rest.empty()) {
    layout.rest_name = taken.contains(std::string(kRestColumn)) ? with_hash(kRestColumn) : std::string(kRestColumn);
  }
  return layout;
}

std::map<std::string, std::string> SinkLayout::types() const {
  std::map<std::string, std::string> all;
  for (const SinkColumn& column : columns) all.emplace(column.name, column.type);
  if (!rest_name.empty()) all.emplace(rest_name, "jsonb");
  return all;
}

std::string SinkLayout::column_list() const {
  std::vector<std::string> names;
  for (const SinkColumn& column : columns) names.push_back(quote_identifier(column.name));
  if (!rest_name.empty()) names.push_back(quote_identifier(rest_name));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string SinkLayout::key_list() const {
  std::vector<std::string> names;
  for (const std::string& name : key) names.push_back(quote_identifier(name));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool SinkLayout::has_float_numerics() const { return std::ranges::any_of(columns, is_float_numeric); }

std::vector<iceberg::Field> SinkLayout::key_fields() const {
  std::vector<iceberg::Field> fields;
  for (const std::string& name : key) {
    for (const SinkColumn& column : columns) {
      if (column.name == name) fields.push_back(column.field);
    }
  }
  return fields;
}

std::string copied_rows_sql(const SinkLayout& layout, std::string_view rows) {
  std::vector<std::string> items;
  for (const SinkColumn& column : layout.columns) items.push_back(text_of(column));
  if (!layout.rest.empty()) items.push_back(rest_json(layout.rest));
  return numbered_select(items, rows);
}

std::string copied_keys_sql(const SinkLayout& layout, std::string_view rows) {
  std::vector<std::string> items;
  for (const std::string& name : layout.key) {
    for (const SinkColumn& column : layout.columns) {
      if (column.name == name) items.push_back(text_of(column));
    }
  }
  return numbered_select(items, rows);
}

bool widens(std::string_view from, std::string_view to) {
  if (from == to) return true;
  if (from == "integer" && (to == "bigint" || to == "double precision" || to == "numeric")) return true;
  if (from == "bigint" && (to == "double precision" || to == "numeric")) return true;
  if (from == "real" && to == "double precision") return true;
  const auto narrow = numeric(from);
  const auto wide = numeric(to);
  if (!narrow || !wide) return false;
  if (wide->precision == 0) return true;
  return narrow->precision != 0 && wide->scale >= narrow->scale &&
         wide->precision - wide->scale >= narrow->precision - narrow->scale;
}

}  // namespace boathouse::core
