// SPDX-License-Identifier: Apache-2.0
#include "iceberg/schema_json.h"

#include "iceberg/json_read.h"

namespace boathouse::iceberg {
namespace json = boost::json;

namespace {

constexpr int kDeepestType = 64;

void write_type(std::string& out, const Type& type);

void write_fields(std::string& out, const std::vector<Field>& fields) {
  out += "[";
  for (const Field& field : fields) {
    if (out.back() != '[') out += ",";
    out +=
        fmt::format(R"({{"id":{},"name":{},"required":{},"type":)", field.id, json_quote(field.name), field.required);
    write_type(out, field.type);
    if (!field.doc.empty()) out += ",\"doc\":" + json_quote(field.doc);
    out += "}";
  }
  out += "]";
}

void write_type(std::string& out, const Type& type) {
  switch (type.kind()) {
    case TypeKind::structure:
      out += R"({"type":"struct","fields":)";
      write_fields(out, type.children());
      out += "}";
      return;
    case TypeKind::list: {
      const Field& element = type.children()[0];
      out += fmt::format(R"({{"type":"list","element-id":{},"element-required":{},"element":)", element.id,
                         element.required);
      write_type(out, element.type);
      out += "}";
      return;
    }
    case TypeKind::map: {
      const Field& key = type.children()[0];
      const Field& value = type.children()[1];
      out += fmt::format(R"({{"type":"map","key-id":{},"key":)", key.id);
      write_type(out, key.type);
      out += fmt::format(R"(,"value-id":{},"value-required":{},"value":)", value.id, value.required);
      write_type(out, value.type);
      out += "}";
      return;
    }
    default: out += "\"" + type.to_string() + "\""; return;
  }
}

Type read_type(const json::value& value, int depth);

std::vector<Field> read_fields(const json::value& value, int depth) {
  std::vector<Field> fields;
  for (const json::value& item : as_array(value, "fields")) {
    const json::object& object = as_object(item, "field");
    fields.push_back({need_int(object, "id"), need_string(object, "name"), read_type(need(object, "type"), depth + 1),
                      as_bool(need(object, "required"), "required"), find_string(object, "doc").value_or("")});
  }
  return fields;
}

Type read_type(const json::value& value, int depth) {
  if (depth > kDeepestType) damaged("a type is nested too deeply");
  if (value.is_string()) return Type::parse(std::string_view(value.get_string()));
  const json::object& object = as_object(value, "type");
  std::string kind = need_string(object, "type");
  if (kind == "struct") return Type::structure(read_fields(need(object, "fields"), depth));
  if (kind == "list") {
    return Type::list(need_int(object, "element-id"), read_type(need(object, "element"), depth + 1),
                      as_bool(need(object, "element-required"), "element-required"));
  }
  if (kind == "map") {
    return Type::map(need_int(object, "key-id"), read_type(need(object, "key"), depth + 1),
                     need_int(object, "value-id"), read_type(need(object, "value"), depth + 1),
                     as_bool(need(object, "value-required"), "value-required"));
  }
  damaged("unknown type '" + kind + "'");
}

}  // namespace

std::string json_quote(std::string_view text) { return json::serialize(json::string_view(text)); }

std::string schema_to_json(int id, const std::vector<Field>& fields, const std::vector<int>& identifier_field_ids) {
  std::string out = fmt::format(R"({{"type":"struct","schema-id":{},)", id);
  if (!identifier_field_ids.empty()) {
    out += fmt::format(R"("identifier-field-ids":[{}],)", fmt::join(identifier_field_ids, ","));
  }
  out += "\"fields\":";
  write_fields(out, fields);
  return out + "}";
}

Schema schema_from_json(const json::value& value) {
  const json::object& object = as_object(value, "schema");
  try {
    std::vector<int> identifiers;
    if (const json::value* ids = find(object, "identifier-field-ids")) {
      for (const json::value& id : as_array(*ids, "identifier-field-ids")) identifiers.push_back(as_int(id, "id"));
    }
    return Schema(find_int(object, "schema-id").value_or(0), read_fields(need(object, "fields"), 0), identifiers);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::internal) throw;
    damaged(error.message());
  }
}

std::string spec_fields_to_json(const PartitionSpec& spec) {
  std::string out = "[";
  for (const PartitionField& field : spec.fields) {
    if (out.size() > 1) out += ",";
    out += fmt::format(R"({{"name":{},"transform":{},"source-id":{},"field-id":{}}})", json_quote(field.name),
                       json_quote(field.transform.to_string()), field.source_id, field.field_id);
  }
  return out + "]";
}

std::string spec_to_json(const PartitionSpec& spec) {
  return fmt::format(R"({{"spec-id":{},"fields":{}}})", spec.id, spec_fields_to_json(spec));
}

PartitionSpec spec_from_json(const json::value& value) {
  const json::object& object = as_object(value, "partition spec");
  PartitionSpec spec;
  spec.id = need_int(object, "spec-id");
  for (const json::value& item : as_array(need(object, "fields"), "fields")) {
    const json::object& field = as_object(item, "partition field");
    spec.fields.push_back({need_int(field, "source-id"), need_int(field, "field-id"), need_string(field, "name"),
                           Transform::parse(need_string(field, "transform"))});
  }
  return spec;
}

}  // namespace boathouse::iceberg
