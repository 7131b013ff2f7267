// SPDX-License-Identifier: Apache-2.0
#include "core/profile_columns.h"

#include <fmt/format.h>

#include "base/names.h"
#include "core/column_types.h"

namespace boathouse::core {
namespace {

using batch::TypeKind;

ProfileKind kind_of(const batch::ColumnType& type) {
  switch (type.kind) {
    case TypeKind::integer:
    case TypeKind::bigint:
    case TypeKind::double_:
    case TypeKind::decimal: return ProfileKind::number;
    case TypeKind::boolean: return ProfileKind::boolean;
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
    case TypeKind::iso_date: return ProfileKind::time;
    case TypeKind::uuid: return ProfileKind::uuid;
    case TypeKind::binary: return ProfileKind::binary;
    case TypeKind::string:
    case TypeKind::json: break;
  }
  return ProfileKind::text;
}

}  // namespace

std::string ProfileColumn::sql() const { return base::quote_identifier(name); }

std::string ProfileColumn::counted() const {
  if (is_double()) return fmt::format("({0} IS NOT NULL AND NOT isnan({0}))", sql());
  if (kind == ProfileKind::time && type.kind != TypeKind::time) {
    return fmt::format("({0} IS NOT NULL AND isfinite({0}))", sql());
  }
  return fmt::format("({} IS NOT NULL)", sql());
}

std::string ProfileColumn::value() const {
  const bool always = !is_double() && (kind != ProfileKind::time || type.kind == TypeKind::time);
  return always ? sql() : fmt::format("CASE WHEN {} THEN {} END", counted(), sql());
}

std::string ProfileColumn::finite() const {
  return is_double() ? fmt::format("CASE WHEN isfinite({0}) THEN {0} END", sql()) : value();
}

std::string ProfileColumn::measure(std::string_view value) const {
  if (kind == ProfileKind::time) return fmt::format("epoch_us({})", value);
  return type.kind == TypeKind::decimal || is_double() ? fmt::format("CAST({} AS DOUBLE)", value) : std::string(value);
}

std::string ProfileColumn::from_measure(std::string_view measure) const {
  switch (type.kind) {
    case TypeKind::date: return fmt::format("CAST(make_timestamp(CAST({} AS BIGINT)) AS DATE)", measure);
    case TypeKind::time: return fmt::format("CAST(make_timestamp(CAST({} AS BIGINT)) AS TIME)", measure);
    case TypeKind::timestamp: return fmt::format("make_timestamp(CAST({} AS BIGINT))", measure);
    case TypeKind::timestamptz:
    case TypeKind::iso_date: return fmt::format("make_timestamptz(CAST({} AS BIGINT))", measure);
    default: return std::string(measure);
  }
}

std::string ProfileColumn::shown(std::string_view value) const {
  if (kind == ProfileKind::text) return fmt::format("left({}, {})", value, kShownCharacters);
  if (kind == ProfileKind::binary) return fmt::format("left(to_base64({}), {})", value, kShownCharacters);
  return std::string(value);
}

std::vector<ProfileColumn> profile_columns(const iceberg::Schema& schema, const std::optional<Contract>& contract) {
  std::vector<ProfileColumn> columns;
  for (const iceberg::Field& field : schema.fields()) {
    batch::ColumnType type = from_iceberg(field.type);
    const ContractColumn* promised = contract ? contract->find(field.name) : nullptr;
    if (promised != nullptr && promised->type.duckdb_name() == type.duckdb_name()) type = promised->type;
    columns.push_back({.name = field.name, .id = field.id, .type = type, .kind = kind_of(type)});
  }
  return columns;
}

std::string sql_double(double number) { return fmt::format("CAST('{}' AS DOUBLE)", number); }

}  // namespace boathouse::core
