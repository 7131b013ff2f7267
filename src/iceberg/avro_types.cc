// SPDX-License-Identifier: Apache-2.0
#include "iceberg/avro_types.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "iceberg/bounds.h"
#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"

namespace boathouse::iceberg {
namespace {

std::string field(std::string_view name, int id, std::string_view type) {
  return fmt::format(R"({{"name":"{}","type":{},"field-id":{}}})", name, type, id);
}

std::string optional_field(std::string_view name, int id, std::string_view type) {
  return fmt::format(R"({{"name":"{}","type":["null",{}],"default":null,"field-id":{}}})", name, type, id);
}

// Iceberg writes a map with integer keys as an array of pairs.
std::string map_of(int key_id, int value_id, std::string_view value_type) {
  return fmt::format(
      R"({{"type":"array","logicalType":"map","items":{{"type":"record","name":"k{}_v{}","fields":[{},{}]}}}})", key_id,
      value_id, field("key", key_id, "\"int\""), field("value", value_id, value_type));
}

std::string list_of(int element_id, std::string_view type) {
  return fmt::format(R"({{"type":"array","items":{},"element-id":{}}})", type, element_id);
}

// The fewest bytes whose two's complement holds `precision` digits.
int decimal_bytes(int precision) {
  UInt128 most = 1;
  for (int i = 0; i < precision; ++i) most *= 10;
  int bytes = 1;
  while (bytes < 16 && most - 1 > (UInt128{1} << (8 * bytes - 1)) - 1) ++bytes;
  return bytes;
}

// Named Avro types must have distinct names, hence the field's id in them.
std::string avro_type(const Type& type, int id) {
  switch (type.kind()) {
    case TypeKind::boolean: return "\"boolean\"";
    case TypeKind::int32: return "\"int\"";
    case TypeKind::int64: return "\"long\"";
    case TypeKind::float32: return "\"float\"";
    case TypeKind::float64: return "\"double\"";
    case TypeKind::string: return "\"string\"";
    case TypeKind::binary: return "\"bytes\"";
    case TypeKind::date: return R"({"type":"int","logicalType":"date"})";
    case TypeKind::time: return R"({"type":"long","logicalType":"time-micros"})";
    case TypeKind::timestamp: return R"({"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false})";
    case TypeKind::timestamptz: return R"({"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true})";
    case TypeKind::uuid:
      return fmt::format(R"({{"type":"fixed","name":"uuid_{}","size":16,"logicalType":"uuid"}})", id);
    case TypeKind::fixed: return fmt::format(R"({{"type":"fixed","name":"fixed_{}","size":{}}})", id, type.length());
    case TypeKind::decimal:
      return fmt::format(
          R"({{"type":"fixed","name":"decimal_{}","size":{},"logicalType":"decimal","precision":{},"scale":{}}})", id,
          decimal_bytes(type.precision()), type.precision(), type.scale());
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: break;
  }
  throw base::Error(base::ErrorKind::invalid_argument, "a partition value cannot be of the type " + type.to_string());
}

// Avro names are [A-Za-z_][A-Za-z0-9_]*; other characters become "_x" and their code in hex, as Iceberg's Java does it.
std::string avro_name(std::string_view name) {
  std::string out;
  for (char c : name) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    bool digit = c >= '0' && c <= '9';
    if (letter || (digit && !out.empty())) {
      out.push_back(c);
    } else if (digit) {
      out += std::string("_") + c;
    } else {
      out += fmt::format("_x{:X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out.empty() ? "_" : out;
}

std::string partition_record(const std::vector<Field>& partition) {
  std::string fields;
  std::set<std::string> names;
  for (const Field& each : partition) {
    std::string name = avro_name(each.name);
    if (!names.insert(name).second) name += fmt::format("_{}", each.id);
    names.insert(name);
    if (!fields.empty()) fields += ",";
    fields += optional_field(name, each.id, avro_type(each.type, each.id));
  }
  return fmt::format(R"({{"type":"record","name":"r102","fields":[{}]}})", fields);
}

std::string data_file_record(const std::vector<Field>& partition) {
  std::vector<std::string> fields{field("content", 134, "\"int\""),
                                  field("file_path", 100, "\"string\""),
                                  field("file_format", 101, "\"string\""),
                                  field("partition", 102, partition_record(partition)),
                                  field("record_count", 103, "\"long\""),
                                  field("file_size_in_bytes", 104, "\"long\""),
                                  optional_field("column_sizes", 108, map_of(117, 118, "\"long\"")),
                                  optional_field("value_counts", 109, map_of(119, 120, "\"long\"")),
                                  optional_field("null_value_counts", 110, map_of(121, 122, "\"long\"")),
                                  optional_field("nan_value_counts", 137, map_of(138, 139, "\"long\"")),
                                  optional_field("lower_bounds", 125, map_of(126, 127, "\"bytes\"")),
                                  optional_field("upper_bounds", 128, map_of(129, 130, "\"bytes\"")),
                                  optional_field("key_metadata", 131, "\"bytes\""),
                                  optional_field("split_offsets", 132, list_of(133, "\"long\"")),
                                  optional_field("equality_ids", 135, list_of(136, "\"int\"")),
                                  optional_field("sort_order_id", 140, "\"int\"")};
  return fmt::format(R"({{"type":"record","name":"r2","fields":[{}]}})", fmt::join(fields, ","));
}

// Two's complement, big-endian, `size` bytes: as the single value, with the sign carried to the left.
std::string padded_decimal(const std::string& bytes, int size) {
  char sign = (bytes[0] & 0x80) != 0 ? '\xff' : '\0';
  if (bytes.size() > static_cast<std::size_t>(size)) {
    throw base::Error(base::ErrorKind::invalid_argument, "a decimal partition value has too many digits");
  }
  return std::string(static_cast<std::size_t>(size) - bytes.size(), sign) + bytes;
}

}  // namespace

std::string manifest_avro_schema(const std::vector<Field>& partition) {
  std::vector<std::string> fields{field("status", 0, "\"int\""), optional_field("snapshot_id", 1, "\"long\""),
                                  optional_field("sequence_number", 3, "\"long\""),
                                  optional_field("file_sequence_number", 4, "\"long\""),
                                  field("data_file", 2, data_file_record(partition))};
  return fmt::format(R"({{"type":"record","name":"manifest_entry","fields":[{}]}})", fmt::join(fields, ","));
}

std::string manifest_list_avro_schema() {
  std::string summary =
      fmt::format(R"({{"type":"record","name":"r508","fields":[{},{},{},{}]}})",
                  field("contains_null", 509, "\"boolean\""), optional_field("contains_nan", 518, "\"boolean\""),
                  optional_field("lower_bound", 510, "\"bytes\""), optional_field("upper_bound", 511, "\"bytes\""));
  std::vector<std::string> fields{
      field("manifest_path", 500, "\"string\""),       field("manifest_length", 501, "\"long\""),
      field("partition_spec_id", 502, "\"int\""),      field("content", 517, "\"int\""),
      field("sequence_number", 515, "\"long\""),       field("min_sequence_number", 516, "\"long\""),
      field("added_snapshot_id", 503, "\"long\""),     field("added_files_count", 504, "\"int\""),
      field("existing_files_count", 505, "\"int\""),   field("deleted_files_count", 506, "\"int\""),
      field("added_rows_count", 512, "\"long\""),      field("existing_rows_count", 513, "\"long\""),
      field("deleted_rows_count", 514, "\"long\""),    optional_field("partitions", 507, list_of(508, summary)),
      optional_field("key_metadata", 519, "\"bytes\"")};
  return fmt::format(R"({{"type":"record","name":"manifest_file","fields":[{}]}})", fmt::join(fields, ","));
}

void write_avro_value(AvroEncoder& encoder, const Type& type, const Value& value) {
  encoder.present(!is_null(value));
  if (is_null(value)) return;
  std::string bytes = to_single_value(type, value);  // throws unless the value is of the type
  switch (type.kind()) {
    case TypeKind::int32:
    case TypeKind::int64: {
      const auto* narrow = std::get_if<std::int32_t>(&value);
      encoder.varint(narrow != nullptr ? *narrow : std::get<std::int64_t>(value));
      return;
    }
    case TypeKind::date: encoder.varint(std::get<Date>(value).days); return;
    case TypeKind::time: encoder.varint(std::get<Time>(value).micros); return;
    case TypeKind::timestamp:
    case TypeKind::timestamptz: encoder.varint(std::get<Timestamp>(value).micros); return;
    case TypeKind::string:
    case TypeKind::binary: encoder.bytes(bytes); return;
    case TypeKind::decimal: encoder.raw(padded_decimal(bytes, decimal_bytes(type.precision()))); return;
    case TypeKind::fixed:
      if (bytes.size() != static_cast<std::size_t>(type.length())) {
        throw base::Error(base::ErrorKind::invalid_argument,
                          "a partition value is not of the type " + type.to_string());
      }
      encoder.raw(bytes);
      return;
    default: encoder.raw(bytes); return;  // boolean, float, double, uuid: the same bytes in both forms
  }
}

Value read_avro_value(AvroDecoder& decoder, const AvroSchema& schema, const Type& type) {
  auto number = [&]() { return decoder.read_integer(schema); };
  switch (type.kind()) {
    case TypeKind::boolean: {
      auto v = decoder.read_boolean(schema);
      return v ? Value(*v) : Value();
    }
    case TypeKind::int32:
    case TypeKind::date: {
      auto v = number();
      if (!v) return {};
      if (*v < std::numeric_limits<std::int32_t>::min() || *v > std::numeric_limits<std::int32_t>::max()) {
        damaged("a partition value is out of range");
      }
      auto narrow = static_cast<std::int32_t>(*v);
      return type.kind() == TypeKind::date ? Value(Date{narrow}) : Value(narrow);
    }
    case TypeKind::int64:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      auto v = number();
      if (!v) return {};
      if (type.kind() == TypeKind::int64) return *v;
      return type.kind() == TypeKind::time ? Value(Time{*v}) : Value(Timestamp{*v});
    }
    case TypeKind::float32:
    case TypeKind::float64: {
      auto v = decoder.read_floating(schema);
      if (!v) return {};
      return type.kind() == TypeKind::float32 ? Value(static_cast<float>(*v)) : Value(*v);
    }
    case TypeKind::decimal:
    case TypeKind::string:
    case TypeKind::uuid:
    case TypeKind::fixed:
    case TypeKind::binary: {
      auto bytes = decoder.read_binary(schema);
      if (!bytes) return {};
      auto value = from_single_value(type, *bytes);
      if (!value) damaged("a partition value is not of its type");
      return *value;
    }
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: break;
  }
  damaged("a partition value cannot be of the type " + type.to_string());
}

}  // namespace boathouse::iceberg
