// SPDX-License-Identifier: Apache-2.0
#include "iceberg/metadata.h"

#include <algorithm>

#include "base/error.h"
#include "iceberg/schema_json.h"

namespace boathouse::iceberg {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::invalid_argument, why); }

// Every field of the spec must read a column that is there and fits; the answer is the highest partition field id.
int check_spec(const PartitionSpec& spec, const Schema& schema) {
  int last = kFirstPartitionFieldId - 1;
  for (const PartitionField& field : spec.fields) {
    const Field* column = schema.find(field.source_id);
    if (column == nullptr) refuse("partition '" + field.name + "' reads a column that does not exist");
    result_type(field.transform, column->type);
    last = std::max(last, field.field_id);
  }
  return last;
}

void write_mapping(std::string& out, const std::vector<Field>& fields,
                   const std::map<int, std::vector<std::string>>& aliases) {
  out += "[";
  for (const Field& field : fields) {
    if (out.back() != '[') out += ",";
    out += fmt::format(R"({{"field-id":{},"names":[{})", field.id, json_quote(field.name));
    if (auto found = aliases.find(field.id); found != aliases.end()) {
      for (const std::string& alias : found->second) out += "," + json_quote(alias);
    }
    out += "]";
    if (!field.type.is_primitive()) {
      out += ",\"fields\":";
      write_mapping(out, field.type.children(), aliases);
    }
    out += "}";
  }
  out += "]";
}

}  // namespace

const Schema& TableMetadata::schema_by_id(int id) const {
  auto found = std::find_if(schemas.rbegin(), schemas.rend(), [&](const Schema& schema) { return schema.id() == id; });
  if (found == schemas.rend()) refuse(fmt::format("there is no schema {}", id));
  return *found;
}

const PartitionSpec& TableMetadata::spec_by_id(int id) const {
  auto found = std::find_if(specs.begin(), specs.end(), [&](const PartitionSpec& spec) { return spec.id == id; });
  if (found == specs.end()) refuse(fmt::format("there is no partition spec {}", id));
  return *found;
}

SnapshotPtr TableMetadata::current_snapshot() const {
  return current_snapshot_id ? snapshot(*current_snapshot_id) : nullptr;
}

SnapshotPtr TableMetadata::snapshot(SnapshotId id) const {
  // What is asked for is mostly new.
  auto found =
      std::find_if(snapshots.rbegin(), snapshots.rend(), [&](const SnapshotPtr& each) { return each->id() == id; });
  return found == snapshots.rend() ? nullptr : *found;
}

SnapshotPtr TableMetadata::ref_snapshot(std::string_view ref) const {
  auto found = refs.find(std::string(ref));
  if (found != refs.end()) return snapshot(found->second.snapshot_id);
  // Metadata of older writers may have no refs.
  return ref == kMainBranch ? current_snapshot() : nullptr;
}

TableMetadata create_table(std::string location, const Schema& schema, const PartitionSpec& spec,
                           std::map<std::string, std::string> properties, std::string uuid, std::int64_t now_ms) {
  TableMetadata metadata;
  metadata.table_uuid = std::move(uuid);
  metadata.location = std::move(location);
  while (metadata.location.ends_with('/')) metadata.location.pop_back();
  metadata.last_updated_ms = now_ms;
  metadata.last_column_id = schema.highest_field_id();
  metadata.schemas = {schema.with_id(0)};
  metadata.specs = {spec};
  metadata.specs[0].id = 0;
  metadata.last_partition_id = check_spec(spec, schema);
  metadata.properties = std::move(properties);
  metadata.properties.try_emplace(std::string(kPreviousVersionsMax), std::to_string(kDefaultPreviousVersions));
  metadata.others["default-sort-order-id"] = 0;
  metadata.others["sort-orders"] =
      boost::json::array{boost::json::object{{"order-id", 0}, {"fields", boost::json::array{}}}};
  return metadata;
}

std::string name_mapping(const Schema& schema, const std::map<int, std::vector<std::string>>& aliases) {
  std::string out;
  write_mapping(out, schema.fields(), aliases);
  return out;
}

}  // namespace boathouse::iceberg
