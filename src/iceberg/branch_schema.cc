// SPDX-License-Identifier: Apache-2.0
#include "iceberg/branch_schema.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "iceberg/evolve.h"

namespace boathouse::iceberg {
namespace {

std::string pair_of(int main_schema_id, int current_schema_id) {
  return fmt::format("{}@{}", main_schema_id, current_schema_id);
}

const Schema& main_schema(const TableMetadata& metadata) {
  auto set = metadata.properties.find(std::string(kMainSchema));
  if (set == metadata.properties.end()) return metadata.schema();
  SnapshotPtr head = metadata.current_snapshot();
  if (head != nullptr && head->schema_id() == metadata.current_schema_id) return metadata.schema();
  for (const Schema& schema : metadata.schemas) {
    if (set->second == pair_of(schema.id(), metadata.current_schema_id)) return schema;
  }
  return metadata.schema();
}

const Field* find_column(const std::vector<Field>& fields, int id) {
  auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.id == id; });
  return found == fields.end() ? nullptr : &*found;
}

class Union {
 public:
  explicit Union(const Schema& main) : main_(main), fields_(main.fields()) {
    for (const Field& field : fields_) names_.insert(base::fold_case(field.name));
  }

  void add(const Schema& other) {
    for (Field& field : fields_) {
      const Field* same = find_column(other.fields(), field.id);
      field.required = field.required && same != nullptr && same->required;
      if (same != nullptr && can_widen(field.type, same->type)) field.type = same->type;
    }
    for (Field field : other.fields()) {
      if (find_column(fields_, field.id) != nullptr) continue;
      field.required = false;
      field.name = free_name(field);
      fields_.push_back(std::move(field));
    }
  }

  Schema result() const {
    std::vector<int> identifiers = main_.identifier_field_ids();
    std::erase_if(identifiers, [&](int id) {
      const Field* column = find_column(fields_, id);
      return column != nullptr && !column->required;
    });
    return {0, fields_, std::move(identifiers)};
  }

 private:
  std::string free_name(const Field& field) {
    std::string name = field.name;
    if (names_.contains(base::fold_case(name))) name += fmt::format("__{}", field.id);
    while (!names_.insert(base::fold_case(name)).second) name += '_';
    return name;
  }

  const Schema& main_;
  std::vector<Field> fields_;
  std::set<std::string> names_;  // folded
};

}  // namespace

const Schema& branch_schema(const TableMetadata& metadata, std::string_view branch) {
  if (branch == kMainBranch) return main_schema(metadata);
  SnapshotPtr head = metadata.ref_snapshot(branch);
  if (head == nullptr || !head->schema_id()) return main_schema(metadata);
  return metadata.schema_by_id(*head->schema_id());
}

Schema united_schema(const Schema& main, const std::vector<Schema>& others) {
  Union united(main);
  for (const Schema& other : others) united.add(other);
  return united.result();
}

bool may_hold(const TableMetadata& metadata, const Snapshot& version, int field_id) {
  std::int64_t known = 0;
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (snapshot->sequence_number() > version.sequence_number()) continue;
    ++known;
    if (!snapshot->schema_id() || metadata.schema_by_id(*snapshot->schema_id()).find(field_id) != nullptr) return true;
  }
  return known != version.sequence_number();
}

void settle_schemas(TableMetadata& metadata, int main_schema_id) {
  std::set<int> ids;
  for (const auto& [name, ref] : metadata.refs) {
    if (ref.kind == SnapshotRef::Kind::branch && name != kMainBranch) ids.insert(branch_schema(metadata, name).id());
  }
  ids.erase(main_schema_id);
  std::vector<Schema> others;
  others.reserve(ids.size());
  for (int id : ids) others.push_back(metadata.schema_by_id(id));
  const Schema main = metadata.schema_by_id(main_schema_id);
  const Schema united = others.empty() ? main : united_schema(main, others);
  if (united.same_columns(main)) {
    metadata.current_schema_id = main_schema_id;
    metadata.properties.erase(std::string(kMainSchema));
    return;
  }
  metadata.current_schema_id = schema_known(metadata, united);
  metadata.properties[std::string(kMainSchema)] = pair_of(main_schema_id, metadata.current_schema_id);
}

int schema_known(TableMetadata& metadata, const Schema& schema) {
  metadata.last_column_id = std::max(metadata.last_column_id, schema.highest_field_id());
  int next_id = 0;
  for (const Schema& known : metadata.schemas) {
    next_id = std::max(next_id, known.id() + 1);
    if (known.same_columns(schema)) return known.id();
  }
  metadata.schemas.push_back(schema.with_id(next_id));
  return next_id;
}

const Schema& schema_with_sources(const TableMetadata& metadata, const Schema& schema, const PartitionSpec& spec) {
  const Schema* found = &schema;
  for (const PartitionField& field : spec.fields) {
    if (found->find(field.source_id) != nullptr) continue;
    for (const Schema& other : metadata.schemas) {
      if (other.find(field.source_id) != nullptr) found = &other;
    }
  }
  return *found;
}

}  // namespace boathouse::iceberg
