// SPDX-License-Identifier: Apache-2.0
#include "core/partitioning.h"

#include "base/error.h"
#include "base/names.h"
#include "base/time.h"
#include "batch/strict_text.h"
#include "core/column_types.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

using iceberg::Transform;

const iceberg::Field& source_of(const iceberg::PartitionField& field, const iceberg::Schema& schema) {
  const iceberg::Field* source = schema.find(field.source_id);
  if (source == nullptr) {
    throw base::Error(base::ErrorKind::unprocessable,
                      fmt::format("the table is partitioned by a column that it no longer has ({})", field.name));
  }
  return *source;
}

// Counts boundaries of the unit since 1970, which rounds towards the past as Iceberg does.
std::string since_epoch(std::string_view unit, const iceberg::Field& source, const std::string& x) {
  bool date = source.type.kind() == iceberg::TypeKind::date;
  bool zoned = source.type.kind() == iceberg::TypeKind::timestamptz;
  return fmt::format("CAST(date_diff('{}', {}, {}) AS INTEGER)", unit,
                     date ? "DATE '1970-01-01'" : "TIMESTAMP '1970-01-01'", zoned ? x + " AT TIME ZONE 'UTC'" : x);
}

std::string transform_sql(const iceberg::PartitionField& field, const iceberg::Schema& schema) {
  const iceberg::Field& source = source_of(field, schema);
  std::string x = base::quote_identifier(source.name);
  switch (field.transform.kind) {
    case Transform::Kind::identity: return x;
    case Transform::Kind::bucket: return fmt::format("iceberg_bucket({}, {})", field.transform.parameter, x);
    case Transform::Kind::truncate:
      if (source.type.kind() == iceberg::TypeKind::decimal) {
        return fmt::format("CAST(iceberg_truncate_decimal({}, {}) AS {})", field.transform.parameter, x,
                           engine_type(source.type));
      }
      return fmt::format("iceberg_truncate({}, {})", field.transform.parameter, x);
    case Transform::Kind::year: return since_epoch("year", source, x);
    case Transform::Kind::month: return since_epoch("month", source, x);
    case Transform::Kind::day: return since_epoch("day", source, x);
    case Transform::Kind::hour: return since_epoch("hour", source, x);
    case Transform::Kind::void_: return "CAST(NULL AS INTEGER)";
    case Transform::Kind::unknown: break;
  }
  throw base::Error(base::ErrorKind::unprocessable,
                    "the table is partitioned by " + field.transform.to_string() + ", which cannot be written here");
}

std::string value_folder(const Transform& transform, const iceberg::Value& value) {
  if (iceberg::is_null(value)) return "null";
  auto count = std::holds_alternative<std::int32_t>(value) ? std::get<std::int32_t>(value) : 0;
  switch (transform.kind) {
    case Transform::Kind::year: return fmt::format("{:04}", 1970 + count);
    case Transform::Kind::month: {
      int months = 1970 * 12 + count;
      return fmt::format("{:04}-{:02}", months / 12, months % 12 + 1);
    }
    case Transform::Kind::hour: return base::to_rfc3339(count * base::kHour).substr(0, 13);
    case Transform::Kind::bucket: return fmt::format("bucket_{}", count);
    default: return iceberg::to_text(value);
  }
}

// "a.p0 IS NOT DISTINCT FROM b.p0 AND .."
std::string same_partition(std::size_t count) {
  std::string condition;
  for (std::size_t i = 0; i < count; ++i) {
    condition += fmt::format("{}r._p{} IS NOT DISTINCT FROM q._p{}", i == 0 ? "" : " AND ", i, i);
  }
  return condition;
}

}  // namespace

std::vector<std::string> partition_values(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema) {
  std::vector<std::string> values;
  for (const iceberg::PartitionField& field : spec.fields) values.push_back(transform_sql(field, schema));
  return values;
}

std::vector<std::string> partition_texts(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema) {
  std::vector<std::string> texts;
  for (const iceberg::PartitionField& field : spec.fields) {
    // As iceberg::value_from_text() reads them: bytes as hex.
    iceberg::TypeKind kind = iceberg::result_type(field.transform, source_of(field, schema).type).kind();
    bool bytes = kind == iceberg::TypeKind::binary || kind == iceberg::TypeKind::fixed;
    const std::size_t i = texts.size();
    texts.push_back(bytes ? fmt::format("lower(hex(_p{}))", i) : fmt::format("CAST(_p{} AS VARCHAR)", i));
  }
  return texts;
}

PartitionedCopy partitioned_copy(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema,
                                 std::string_view rows, std::string_view columns) {
  std::vector<std::string> expressions = partition_values(spec, schema);
  for (std::size_t i = 0; i < expressions.size(); ++i) expressions[i] += fmt::format(" AS _p{}", i);
  std::string list = fmt::format("{}", fmt::join(expressions, ", "));
  PartitionedCopy copy;
  copy.make_parts = fmt::format(
      "CREATE OR REPLACE TEMP TABLE parts AS SELECT row_number() OVER () - 1 AS _part, * "
      "FROM (SELECT DISTINCT {} FROM ({}))",
      list, rows);
  copy.count_parts = "SELECT count(*) FROM parts";
  copy.list_parts = fmt::format("SELECT {} FROM parts ORDER BY _part", fmt::join(partition_texts(spec, schema), ", "));
  copy.select = fmt::format("SELECT {}, q._part FROM (SELECT *, {} FROM ({})) r JOIN parts q ON {}", columns, list,
                            rows, same_partition(spec.fields.size()));
  return copy;
}

std::vector<PartitionFloor> partition_floors(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema) {
  std::vector<PartitionFloor> floors;
  for (const iceberg::PartitionField& field : spec.fields) {
    if (field.transform.kind != Transform::Kind::truncate) continue;
    const iceberg::Field& source = source_of(field, schema);
    if (source.type.kind() != iceberg::TypeKind::decimal) continue;
    batch::Int128 most = 1;
    for (int i = 0; i < source.type.precision(); ++i) most *= 10;
    --most;
    const batch::Int128 least = -(most - most % field.transform.parameter);
    floors.push_back({source.name, batch::decimal_text(least, source.type.scale()), field.transform.to_string()});
  }
  return floors;
}

std::vector<iceberg::PartitionTuple> partitions_from(const engine::Rows& listed, const iceberg::PartitionSpec& spec,
                                                     const iceberg::Schema& schema) {
  std::vector<iceberg::PartitionTuple> tuples;
  for (const boost::json::value& row : listed.rows) {
    iceberg::PartitionTuple tuple;
    for (std::size_t i = 0; i < spec.fields.size(); ++i) {
      const boost::json::value& cell = row.as_array().at(i);
      if (cell.is_null()) {
        tuple.emplace_back();
        continue;
      }
      iceberg::Type type = iceberg::result_type(spec.fields[i].transform, source_of(spec.fields[i], schema).type);
      // A day is an int to Iceberg's transforms and a date to its readers; the engine counts days.
      bool counted = type.kind() == iceberg::TypeKind::date && spec.fields[i].transform.kind == Transform::Kind::day;
      auto value = iceberg::value_from_text(counted ? iceberg::Type(iceberg::TypeKind::int32) : type, cell.as_string());
      if (!value)
        throw base::Error(base::ErrorKind::internal, "a partition value that the engine wrote cannot be read");
      if (counted) value = iceberg::Date{std::get<std::int32_t>(*value)};
      tuple.push_back(std::move(*value));
    }
    tuples.push_back(std::move(tuple));
  }
  return tuples;
}

std::string partition_folder(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema,
                             const iceberg::PartitionTuple& tuple) {
  std::string folder;
  for (std::size_t i = 0; i < spec.fields.size() && i < tuple.size(); ++i) {
    const iceberg::PartitionField& field = spec.fields[i];
    folder += store::path_segment(source_of(field, schema).name) + '/' +
              store::path_segment(value_folder(field.transform, tuple[i])) + '/';
  }
  return folder;
}

}  // namespace boathouse::core
