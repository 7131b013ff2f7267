// SPDX-License-Identifier: Apache-2.0
#include "iceberg/avro_schema.h"

#include <map>

#include "iceberg/json_read.h"

namespace boathouse::iceberg {
namespace json = boost::json;

namespace {

using Kind = AvroSchema::Kind;

constexpr int kDeepest = 64;
constexpr std::size_t kLargestFixed = 1 << 20;

constexpr std::pair<std::string_view, Kind> kPrimitives[] = {
    {"null", Kind::null},     {"boolean", Kind::boolean}, {"int", Kind::int32},   {"long", Kind::int64},
    {"float", Kind::float32}, {"double", Kind::float64},  {"bytes", Kind::bytes}, {"string", Kind::string}};

class Parser {
 public:
  AvroSchemaPtr parse(const json::value& value, int depth = 0) {
    if (depth > kDeepest) damaged("an Avro schema is nested too deeply");
    if (value.is_string()) return by_name(std::string_view(value.get_string()));
    if (value.is_array()) return parse_union(value.get_array(), depth);
    return parse_complex(as_object(value, "Avro type"), depth);
  }

 private:
  AvroSchemaPtr by_name(std::string_view name) {
    for (const auto& [text, kind] : kPrimitives) {
      if (text == name) return make({kind, 0, {}, {}});
    }
    // Only types that are complete are known, so a type cannot contain itself.
    auto found = named_.find(std::string(name));
    if (found == named_.end()) damaged("unknown Avro type '" + std::string(name) + "'");
    return found->second;
  }

  static AvroSchemaPtr make(AvroSchema schema) { return std::make_shared<const AvroSchema>(std::move(schema)); }

  AvroSchemaPtr parse_union(const json::array& array, int depth) {
    AvroSchema schema{Kind::union_, 0, {}, {}};
    for (const json::value& branch : array) schema.branches.push_back(parse(branch, depth + 1));
    if (schema.branches.empty()) damaged("an Avro union is empty");
    return make(std::move(schema));
  }

  AvroSchemaPtr parse_complex(const json::object& object, int depth) {
    const json::value& type = need(object, "type");
    if (!type.is_string()) return parse(type, depth + 1);
    std::string_view name(type.get_string());
    if (name == "array" || name == "map") {
      Kind kind = name == "array" ? Kind::array : Kind::map;
      return make({kind, 0, {}, {parse(need(object, kind == Kind::array ? "items" : "values"), depth + 1)}});
    }
    if (name == "record") return remember(object, parse_record(object, depth));
    if (name == "fixed") {
      std::int64_t size = need_int64(object, "size");
      if (size < 0 || static_cast<std::size_t>(size) > kLargestFixed) damaged("an Avro fixed has no usable size");
      return remember(object, make({Kind::fixed, static_cast<std::size_t>(size), {}, {}}));
    }
    if (name == "enum") return remember(object, make({Kind::enumeration, 0, {}, {}}));
    return by_name(name);
  }

  AvroSchemaPtr parse_record(const json::object& object, int depth) {
    AvroSchema schema{Kind::record, 0, {}, {}};
    for (const json::value& item : as_array(need(object, "fields"), "fields")) {
      const json::object& field = as_object(item, "Avro field");
      schema.fields.push_back(
          {need_string(field, "name"), find_int(field, "field-id"), parse(need(field, "type"), depth + 1)});
    }
    return make(std::move(schema));
  }

  AvroSchemaPtr remember(const json::object& object, AvroSchemaPtr schema) {
    named_[need_string(object, "name")] = schema;
    return schema;
  }

  std::map<std::string, AvroSchemaPtr> named_;
};

}  // namespace

AvroSchemaPtr parse_avro_schema(std::string_view text) { return Parser().parse(parse_json(text)); }

}  // namespace boathouse::iceberg
