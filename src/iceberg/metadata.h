// SPDX-License-Identifier: Apache-2.0
// A table's metadata: everything that one metadata.json says. A value; shared as `MetadataPtr` once made, and then never
// changed. Copying one is cheap: schemas and snapshots are shared inside. Any thread.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/partition.h"
#include "iceberg/schema.h"
#include "iceberg/snapshot.h"

namespace boathouse::iceberg {

using SnapshotPtr = std::shared_ptr<const Snapshot>;

struct SnapshotLogEntry {
  std::int64_t timestamp_ms = 0;
  SnapshotId snapshot_id = 0;
  bool operator==(const SnapshotLogEntry&) const = default;
};
struct MetadataLogEntry {
  std::int64_t timestamp_ms = 0;
  std::string metadata_file;
  bool operator==(const MetadataLogEntry&) const = default;
};

struct CompressedHistory;  // metadata_file.h

struct TableMetadata {
  std::string table_uuid;
  std::string location;  // without a trailing '/'
  std::int64_t last_sequence_number = 0;
  std::int64_t last_updated_ms = 0;
  int last_column_id = 0;
  std::vector<Schema> schemas;
  int current_schema_id = 0;
  std::vector<PartitionSpec> specs;
  int default_spec_id = 0;
  int last_partition_id = kFirstPartitionFieldId - 1;
  std::map<std::string, std::string> properties;
  std::vector<SnapshotPtr> snapshots;  // in the order in which they were made
  std::optional<SnapshotId> current_snapshot_id;
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::map<std::string, SnapshotRef> refs;
  // What we do not use but must not lose: sort orders, statistics, fields of other writers.
  boost::json::object others;
  // What writing this as a compressed file left for writing the next one: a mere saving, nullptr at any time.
  std::shared_ptr<const CompressedHistory> compressed;

  const Schema& schema() const { return schema_by_id(current_schema_id); }
  const PartitionSpec& spec() const { return spec_by_id(default_spec_id); }
  // Error{invalid_argument} when there is none: the metadata contradicts itself.
  const Schema& schema_by_id(int id) const;
  const PartitionSpec& spec_by_id(int id) const;

  // nullptr when there is none.
  SnapshotPtr current_snapshot() const;
  SnapshotPtr snapshot(SnapshotId id) const;
  // The head of a branch or the target of a tag.
  SnapshotPtr ref_snapshot(std::string_view ref) const;
};

using MetadataPtr = std::shared_ptr<const TableMetadata>;

// Metadata of a new, empty table. The schema's ids are kept (use assign_fresh_ids() for a fresh schema); the spec's
// columns must be in it and its transforms must fit: Error{invalid_argument}. It is not written anywhere yet: prepare()
// with an empty base location does that.
TableMetadata create_table(std::string location, const Schema& schema, const PartitionSpec& spec,
                           std::map<std::string, std::string> properties, std::string uuid, std::int64_t now_ms);

// Properties that we set or heed.
inline constexpr std::string_view kPreviousVersionsMax = "write.metadata.previous-versions-max";
inline constexpr std::string_view kNameMapping = "schema.name-mapping.default";
inline constexpr int kDefaultPreviousVersions = 20;

// The value of `schema.name-mapping.default` for these columns: each name leads to its field id, and names that a column
// once had, given by `aliases` (field id -> older names), lead there too.
std::string name_mapping(const Schema& schema, const std::map<int, std::vector<std::string>>& aliases = {});

}  // namespace boathouse::iceberg
