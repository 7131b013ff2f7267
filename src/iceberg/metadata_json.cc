// SPDX-License-Identifier: Apache-2.0
#include "iceberg/metadata_json.h"

#include <array>
#include <unordered_set>

#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"

namespace boathouse::iceberg {
namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 19> kOurs{"format-version",
                                                 "table-uuid",
                                                 "location",
                                                 "last-sequence-number",
                                                 "last-updated-ms",
                                                 "last-column-id",
                                                 "current-schema-id",
                                                 "schemas",
                                                 "default-spec-id",
                                                 "partition-specs",
                                                 "last-partition-id",
                                                 "properties",
                                                 "current-snapshot-id",
                                                 "refs",
                                                 "snapshots",
                                                 "snapshot-log",
                                                 "metadata-log",
                                                 "schema",
                                                 "partition-spec"};

template <class Range, class Write>
void write_list(std::string& out, const char* key, const Range& range, Write write) {
  out += fmt::format(R"(,"{}":[)", key);
  for (const auto& item : range) {
    write(item);
    out += ",";
  }
  if (out.back() == ',') out.pop_back();
  out += "]";
}

void write_refs(std::string& out, const std::map<std::string, SnapshotRef>& refs) {
  out += ",\"refs\":{";
  for (const auto& [name, ref] : refs) {
    if (out.back() != '{') out += ",";
    out += json_quote(name);
    out += fmt::format(R"(:{{"snapshot-id":{},"type":"{}")", ref.snapshot_id,
                       ref.kind == SnapshotRef::Kind::branch ? "branch" : "tag");
    if (ref.min_snapshots_to_keep) out += fmt::format(R"(,"min-snapshots-to-keep":{})", *ref.min_snapshots_to_keep);
    if (ref.max_snapshot_age_ms) out += fmt::format(R"(,"max-snapshot-age-ms":{})", *ref.max_snapshot_age_ms);
    if (ref.max_ref_age_ms) out += fmt::format(R"(,"max-ref-age-ms":{})", *ref.max_ref_age_ms);
    out += "}";
  }
  out += "}";
}

void write_properties(std::string& out, const std::map<std::string, std::string>& properties) {
  out += ",\"properties\":{";
  for (const auto& [key, value] : properties) {
    if (out.back() != '{') out += ",";
    out += json_quote(key) + ":" + json_quote(value);
  }
  out += "}";
}

SnapshotRef read_ref(const json::object& object) {
  SnapshotRef ref;
  ref.snapshot_id = need_int64(object, "snapshot-id");
  std::string kind = need_string(object, "type");
  if (kind != "branch" && kind != "tag") damaged("a ref is neither branch nor tag");
  ref.kind = kind == "branch" ? SnapshotRef::Kind::branch : SnapshotRef::Kind::tag;
  ref.min_snapshots_to_keep = find_int(object, "min-snapshots-to-keep");
  ref.max_snapshot_age_ms = find_int64(object, "max-snapshot-age-ms");
  ref.max_ref_age_ms = find_int64(object, "max-ref-age-ms");
  return ref;
}

SnapshotPtr read_snapshot(const json::value& value) {
  const json::object& object = as_object(value, "snapshot");
  Snapshot::Parts parts;
  parts.id = need_int64(object, "snapshot-id");
  parts.parent_id = find_int64(object, "parent-snapshot-id");
  parts.sequence_number = find_int64(object, "sequence-number").value_or(0);
  parts.timestamp_ms = need_int64(object, "timestamp-ms");
  parts.manifest_list = need_string(object, "manifest-list");
  parts.schema_id = find_int(object, "schema-id");
  Operation operation = Operation::overwrite;
  if (const json::value* summary = find(object, "summary")) {
    std::string text = find_string(as_object(*summary, "summary"), "operation").value_or("overwrite");
    operation = parse_operation(text).value_or(Operation::overwrite);
    for (const auto& [key, entry] : summary->get_object()) as_string(entry, key);
  }
  return std::make_shared<const Snapshot>(std::move(parts), operation, json::serialize(value));
}

// Calls `each` with every item of an array that may be absent.
template <class Each>
void read_list(const json::object& object, std::string_view key, Each each) {
  const json::value* list = find(object, key);
  if (list == nullptr) return;
  for (const json::value& item : as_array(*list, key)) each(item);
}

void read_histories(const json::object& object, TableMetadata& metadata) {
  read_list(object, "snapshots", [&](const json::value& item) { metadata.snapshots.push_back(read_snapshot(item)); });
  read_list(object, "snapshot-log", [&](const json::value& item) {
    const json::object& entry = as_object(item, "snapshot-log");
    metadata.snapshot_log.push_back({need_int64(entry, "timestamp-ms"), need_int64(entry, "snapshot-id")});
  });
  read_list(object, "metadata-log", [&](const json::value& item) {
    const json::object& entry = as_object(item, "metadata-log");
    metadata.metadata_log.push_back({need_int64(entry, "timestamp-ms"), need_string(entry, "metadata-file")});
  });
  if (const json::value* refs = find(object, "refs")) {
    for (const auto& [name, ref] : as_object(*refs, "refs")) {
      metadata.refs.emplace(name, read_ref(as_object(ref, "ref")));
    }
  }
}

template <class Range, class IdOf>
void check_distinct(const Range& range, const char* what, IdOf id_of) {
  std::unordered_set<std::int64_t> ids;
  for (const auto& item : range) {
    if (!ids.insert(id_of(item)).second) damaged(std::string("two ") + what + " have one id");
  }
}

void check(const TableMetadata& metadata) {
  check_distinct(metadata.schemas, "schemas", [](const Schema& schema) { return schema.id(); });
  check_distinct(metadata.specs, "partition specs", [](const PartitionSpec& spec) { return spec.id; });
  check_distinct(metadata.snapshots, "snapshots", [](const SnapshotPtr& snapshot) { return snapshot->id(); });
  try {
    metadata.schema();
    metadata.spec();
  } catch (const base::Error& error) {
    damaged(error.message());
  }
  if (metadata.current_snapshot_id && metadata.current_snapshot() == nullptr) {
    damaged("the current snapshot is not among the snapshots");
  }
  for (const auto& [name, ref] : metadata.refs) {
    if (metadata.snapshot(ref.snapshot_id) == nullptr) damaged("'" + name + "' names a snapshot that is not there");
  }
}

std::string without_trailing_slash(std::string location) {
  while (location.ends_with('/')) location.pop_back();
  return location;
}

}  // namespace

std::size_t estimated_json_size(const TableMetadata& metadata) {
  std::size_t size = 4096 + metadata.snapshot_log.size() * 72;
  for (const Schema& schema : metadata.schemas) size += schema.json().size() + 1;
  if (metadata.snapshots.empty()) return size;
  // The snapshots of a table are much alike.
  std::size_t largest = std::max(metadata.snapshots.front()->json().size(), metadata.snapshots.back()->json().size());
  return size + metadata.snapshots.size() * (largest + 16);
}

void append_json(std::string& out, const SnapshotLogEntry& entry) {
  fmt::format_to(std::back_inserter(out), R"({{"timestamp-ms":{},"snapshot-id":{}}})", entry.timestamp_ms,
                 entry.snapshot_id);
}

MetadataText metadata_text(const TableMetadata& metadata) {
  MetadataText text;
  std::string& out = text.before_snapshots;
  out += fmt::format(R"({{"format-version":2,"table-uuid":{},"location":{},"last-sequence-number":{},)",
                     json_quote(metadata.table_uuid), json_quote(metadata.location), metadata.last_sequence_number);
  out += fmt::format(R"("last-updated-ms":{},"last-column-id":{},"current-schema-id":{})", metadata.last_updated_ms,
                     metadata.last_column_id, metadata.current_schema_id);
  write_list(out, "schemas", metadata.schemas, [&](const Schema& schema) { out += schema.json(); });
  out += fmt::format(R"(,"default-spec-id":{})", metadata.default_spec_id);
  write_list(out, "partition-specs", metadata.specs, [&](const PartitionSpec& spec) { out += spec_to_json(spec); });
  out += fmt::format(R"(,"last-partition-id":{})", metadata.last_partition_id);
  for (const auto& [key, value] : metadata.others) {
    out += "," + json_quote(key) + ":" + json::serialize(value);
  }
  write_properties(out, metadata.properties);
  if (metadata.current_snapshot_id) out += fmt::format(R"(,"current-snapshot-id":{})", *metadata.current_snapshot_id);
  write_refs(out, metadata.refs);
  out += ",\"snapshots\":[";
  text.between = "],\"snapshot-log\":[";
  std::string& end = text.after_log;
  end = "]";
  write_list(end, "metadata-log", metadata.metadata_log, [&](const MetadataLogEntry& entry) {
    end +=
        fmt::format(R"({{"timestamp-ms":{},"metadata-file":{}}})", entry.timestamp_ms, json_quote(entry.metadata_file));
  });
  end += "}";
  return text;
}

std::string metadata_to_json(const TableMetadata& metadata) {
  MetadataText text = metadata_text(metadata);
  std::string out;
  out.reserve(estimated_json_size(metadata));
  out += text.before_snapshots;
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (snapshot != metadata.snapshots.front()) out += ",";
    out += snapshot->json();
  }
  out += text.between;
  for (const SnapshotLogEntry& entry : metadata.snapshot_log) {
    if (&entry != &metadata.snapshot_log.front()) out += ",";
    append_json(out, entry);
  }
  return out + text.after_log;
}

TableMetadata metadata_from_json(std::string_view text) {
  json::value value = parse_json(text);
  const json::object& object = as_object(value, "metadata");
  if (need_int(object, "format-version") != 2) damaged("only format version 2 is read");

  TableMetadata metadata;
  metadata.table_uuid = need_string(object, "table-uuid");
  metadata.location = without_trailing_slash(need_string(object, "location"));
  metadata.last_sequence_number = need_int64(object, "last-sequence-number");
  metadata.last_updated_ms = need_int64(object, "last-updated-ms");
  metadata.last_column_id = need_int(object, "last-column-id");
  metadata.current_schema_id = need_int(object, "current-schema-id");
  for (const json::value& item : as_array(need(object, "schemas"), "schemas")) {
    metadata.schemas.push_back(schema_from_json(item));
  }
  metadata.default_spec_id = need_int(object, "default-spec-id");
  for (const json::value& item : as_array(need(object, "partition-specs"), "partition-specs")) {
    metadata.specs.push_back(spec_from_json(item));
  }
  metadata.last_partition_id = need_int(object, "last-partition-id");
  if (const json::value* properties = find(object, "properties")) {
    for (const auto& [key, entry] : as_object(*properties, "properties")) {
      metadata.properties.emplace(key, as_string(entry, key));
    }
  }
  // -1 is how Java writes that there is none.
  metadata.current_snapshot_id = find_int64(object, "current-snapshot-id");
  if (metadata.current_snapshot_id == -1) metadata.current_snapshot_id.reset();
  read_histories(object, metadata);
  for (const auto& [key, entry] : object) {
    if (std::find(kOurs.begin(), kOurs.end(), key) == kOurs.end()) metadata.others[key] = entry;
  }
  check(metadata);
  return metadata;
}

}  // namespace boathouse::iceberg
