// SPDX-License-Identifier: Apache-2.0
#include "iceberg/partition.h"

#include <algorithm>

#include "base/error.h"

namespace boathouse::iceberg {
namespace {

using Kind = Transform::Kind;

struct Entry {
  Transform transform;
  std::string column;
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// `transform(column)` where the transform is one that we know, otherwise a column's name.
Entry parse_entry(std::string_view text) {
  text = trimmed(text);
  std::size_t open = text.find('(');
  if (open != std::string_view::npos && text.ends_with(')')) {
    Transform transform = Transform::parse(trimmed(text.substr(0, open)));
    if (transform.kind != Kind::unknown && transform.kind != Kind::void_) {
      return {transform, std::string(trimmed(text.substr(open + 1, text.size() - open - 2)))};
    }
  }
  return {Transform{}, std::string(text)};
}

std::string suffix(const Transform& transform) {
  switch (transform.kind) {
    case Kind::bucket: return fmt::format("_bucket_{}", transform.parameter);
    case Kind::truncate: return fmt::format("_trunc_{}", transform.parameter);
    case Kind::identity: return "";
    default: return "_" + transform.to_string();
  }
}

// A partition field may be named like a column only when it is that column.
std::string free_name(const std::string& wanted, const Transform& transform, const Schema& schema,
                      const PartitionSpec& spec) {
  auto taken = [&](const std::string& name) {
    bool is_column = transform.kind != Kind::identity && schema.find(name) != nullptr;
    return is_column || std::any_of(spec.fields.begin(), spec.fields.end(),
                                    [&](const PartitionField& field) { return field.name == name; });
  };
  std::string name = wanted;
  for (int i = 2; taken(name); ++i) name = fmt::format("{}_{}", wanted, i);
  return name;
}

[[noreturn]] void refuse(std::string_view entry, const std::string& why) {
  throw base::Error(base::ErrorKind::invalid_argument, "\"" + std::string(entry) + "\": " + why);
}

}  // namespace

bool PartitionSpec::unpartitioned() const {
  return std::all_of(fields.begin(), fields.end(),
                     [](const PartitionField& field) { return field.transform.kind == Kind::void_; });
}

bool has_sources(const Schema& schema, const PartitionSpec& spec) {
  return std::all_of(spec.fields.begin(), spec.fields.end(),
                     [&](const PartitionField& field) { return schema.find(field.source_id) != nullptr; });
}

PartitionSpec parse_partition_spec(const std::vector<std::string>& entries, const Schema& schema) {
  PartitionSpec spec;
  for (const std::string& text : entries) {
    Entry entry = parse_entry(text);
    const Field* column = schema.find_any_case(entry.column);
    if (column == nullptr) {
      refuse(text,
             "there is no column '" + entry.column +
                 "' (write a column, or year, month, day, hour, truncate[n] or bucket[n] of one, as in day(hired_at))");
    }
    try {
      result_type(entry.transform, column->type);
    } catch (const base::Error& error) {
      refuse(text, error.message());
    }
    for (const PartitionField& other : spec.fields) {
      if (other.source_id == column->id && other.transform == entry.transform) refuse(text, "it is there twice");
    }
    int field_id = kFirstPartitionFieldId + static_cast<int>(spec.fields.size());
    std::string name = free_name(column->name + suffix(entry.transform), entry.transform, schema, spec);
    spec.fields.push_back({column->id, field_id, name, entry.transform});
  }
  return spec;
}

std::string contract_spelling(const PartitionField& field, const Schema& schema) {
  const Field* column = schema.find(field.source_id);
  if (column == nullptr) return field.name;
  if (field.transform.kind == Kind::identity) return column->name;
  return field.transform.to_string() + "(" + column->name + ")";
}

std::vector<Field> partition_fields(const PartitionSpec& spec, const Schema& schema, const std::vector<Schema>& older) {
  std::vector<Field> fields;
  for (const PartitionField& field : spec.fields) {
    const Field* column = schema.find(field.source_id);
    for (auto it = older.rbegin(); column == nullptr && it != older.rend(); ++it) column = it->find(field.source_id);
    bool known = column != nullptr && field.transform.kind != Kind::unknown;
    Type type = known ? result_type(field.transform, column->type) : Type(TypeKind::string);
    fields.push_back({field.field_id, field.name, type, false, ""});
  }
  return fields;
}

}  // namespace boathouse::iceberg
