// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/result_avro.h"

#include <bit>

#include "engine/worker/value_text.h"

namespace boathouse::engine {
namespace {

namespace json = boost::json;

json::value logical(const char* base, const char* name) { return {{"type", base}, {"logicalType", name}}; }

json::value decimal(const ColumnType& type) {
  return {{"type", "bytes"}, {"logicalType", "decimal"}, {"precision", type.width}, {"scale", type.scale}};
}

json::value schema_of(const ResultColumn& column) {
  switch (column.type.id) {
    case DUCKDB_TYPE_BOOLEAN: return "boolean";
    case DUCKDB_TYPE_INTEGER: return "int";
    case DUCKDB_TYPE_BIGINT: return "long";
    case DUCKDB_TYPE_FLOAT: return "float";
    case DUCKDB_TYPE_DOUBLE: return "double";
    case DUCKDB_TYPE_DECIMAL: return decimal(column.type);
    case DUCKDB_TYPE_VARCHAR: return "string";
    case DUCKDB_TYPE_BLOB: return "bytes";
    case DUCKDB_TYPE_DATE: return logical("int", "date");
    case DUCKDB_TYPE_TIME: return logical("long", "time-micros");
    case DUCKDB_TYPE_TIMESTAMP: return logical("long", "local-timestamp-micros");
    case DUCKDB_TYPE_TIMESTAMP_TZ: return logical("long", "timestamp-micros");
    case DUCKDB_TYPE_UUID: return logical("string", "uuid");
    default: break;
  }
  throw DuckError{
      "Not implemented",
      "column \"" + column.name + "\" has the type " + column.type.sql + ", which cannot be written as Avro",
      std::nullopt};
}

std::string schema_of(const std::vector<ResultColumn>& columns) {
  std::vector<std::string> true_names;
  true_names.reserve(columns.size());
  for (const ResultColumn& column : columns) true_names.push_back(column.name);
  const std::vector<std::string> names = base::avro_names(true_names);
  json::array fields;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    json::object field{{"name", names[i]}, {"type", json::array{"null", schema_of(columns[i])}}, {"default", nullptr}};
    if (names[i] != columns[i].name) field["iceberg-field-name"] = columns[i].name;
    fields.push_back(std::move(field));
  }
  return json::serialize(json::object{{"type", "record"}, {"name", "row"}, {"fields", std::move(fields)}});
}

template <class Integer>
void append_raw(base::AvroEncoder& out, Integer value) {
  static_assert(std::endian::native == std::endian::little);
  out.raw({reinterpret_cast<const char*>(&value), sizeof value});
}

__extension__ typedef __int128 Int128;

Int128 unscaled(const VectorView& vector, idx_t row) {
  switch (vector.type->storage) {
    case DUCKDB_TYPE_SMALLINT: return vector.at<std::int16_t>(row);
    case DUCKDB_TYPE_INTEGER: return vector.at<std::int32_t>(row);
    case DUCKDB_TYPE_BIGINT: return vector.at<std::int64_t>(row);
    default: break;
  }
  const auto& wide = vector.at<duckdb_hugeint>(row);
  return static_cast<Int128>(wide.upper) << 64 | wide.lower;
}

// Two's complement, big endian, as few bytes as hold the sign.
void append_decimal(base::AvroEncoder& out, Int128 value) {
  char bytes[16];
  std::size_t first = sizeof bytes;
  bool whole = false;
  while (!whole) {
    bytes[--first] = static_cast<char>(value & 0xff);
    const bool negative = (bytes[first] & 0x80) != 0;
    value >>= 8;
    whole = value == (negative ? -1 : 0);
  }
  out.bytes({bytes + first, sizeof bytes - first});
}

void append_value(base::AvroEncoder& out, const VectorView& vector, idx_t row) {
  switch (vector.type->id) {
    case DUCKDB_TYPE_BOOLEAN: return out.boolean(vector.at<bool>(row));
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE: return out.varint(vector.at<std::int32_t>(row));
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return out.varint(vector.at<std::int64_t>(row));
    case DUCKDB_TYPE_FLOAT: return append_raw(out, vector.at<float>(row));
    case DUCKDB_TYPE_DOUBLE: return append_raw(out, vector.at<double>(row));
    case DUCKDB_TYPE_DECIMAL: return append_decimal(out, unscaled(vector, row));
    case DUCKDB_TYPE_UUID: {
      std::string text;
      append_scalar(text, vector, row);
      return out.bytes(text);
    }
    default: return out.bytes(vector.text(row));  // VARCHAR, BLOB: schema_of() let no other type pass
  }
}

}  // namespace

AvroResult::AvroResult(const std::vector<ResultColumn>& columns)
    : file_(schema_of(columns), {}, base::AvroCodec::deflate) {}

void AvroResult::append_row(const std::vector<VectorView>& vectors, idx_t row) {
  base::AvroEncoder& out = file_.encoder();
  for (const VectorView& vector : vectors) {
    const bool there = !vector.is_null(row);
    out.present(there);
    if (there) append_value(out, vector, row);
  }
  file_.end_record();
}

}  // namespace boathouse::engine
