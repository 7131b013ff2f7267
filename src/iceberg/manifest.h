// SPDX-License-Identifier: Apache-2.0
// Data files, delete files and the manifests that list them. Values; parsed manifests are shared and never change. Any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/snapshot.h"
#include "iceberg/value.h"

namespace boathouse::iceberg {

enum class FileContent { data = 0, position_deletes = 1, equality_deletes = 2 };

// The columns of a position delete file.
inline constexpr int kDeleteFilePathId = 2147483546;  // file_path, string
inline constexpr int kDeletePositionId = 2147483545;  // pos, long

struct ColumnStats {
  int field_id = 0;
  std::optional<std::int64_t> size;    // bytes in the file
  std::optional<std::int64_t> values;  // counting null and NaN
  std::optional<std::int64_t> nulls;
  std::optional<std::int64_t> nans;
  std::optional<std::string> lower_bound;  // single-value binary, see bounds.h
  std::optional<std::string> upper_bound;
  bool operator==(const ColumnStats&) const = default;
};

struct DataFile {
  FileContent content = FileContent::data;
  std::string path;  // a location
  std::string format = "PARQUET";
  int spec_id = 0;  // known from the manifest, not written into entries
  PartitionTuple partition;
  std::int64_t record_count = 0;
  std::int64_t file_size = 0;        // bytes
  std::vector<ColumnStats> columns;  // by ascending field id
  std::vector<std::int64_t> split_offsets;
  std::vector<int> equality_ids;  // of equality deletes, which we read but never write
  std::optional<int> sort_order_id;
  std::optional<std::string> key_metadata;

  const ColumnStats* stats(int field_id) const;
};

// For a position delete file all of whose deletes concern one data file, that file's location: told by equal bounds of
// `file_path`. nullopt otherwise.
std::optional<std::string> only_deleted_from(const DataFile& delete_file);
// Gives a position delete file the bounds of `file_path` that say which data files it concerns: whole, not truncated.
void set_deleted_from(DataFile& delete_file, const std::string& first_path, const std::string& last_path);

enum class EntryStatus { existing = 0, added = 1, deleted = 2 };

struct ManifestEntry {
  EntryStatus status = EntryStatus::added;
  std::optional<SnapshotId> snapshot_id;
  // Of the data, and of the file itself. Null while status is added: inherited from the manifest list.
  std::optional<std::int64_t> sequence_number;
  std::optional<std::int64_t> file_sequence_number;
  DataFile file;

  bool is_live() const { return status != EntryStatus::deleted; }
};

// A parsed manifest, inheritance resolved: every entry has its snapshot id and both sequence numbers.
struct Manifest {
  FileContent content = FileContent::data;  // data or position_deletes (which stands for all deletes)
  int spec_id = 0;
  std::optional<int> schema_id;
  std::vector<ManifestEntry> entries;
};
using ManifestPtr = std::shared_ptr<const Manifest>;

struct PartitionSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
  bool operator==(const PartitionSummary&) const = default;
};

// An entry of a manifest list.
struct ManifestFile {
  std::string path;  // a location
  std::int64_t length = 0;
  int spec_id = 0;
  FileContent content = FileContent::data;  // data or position_deletes
  std::int64_t sequence_number = 0;
  std::int64_t min_sequence_number = 0;
  SnapshotId added_snapshot_id = 0;
  int added_files = 0;
  int existing_files = 0;
  int deleted_files = 0;
  std::int64_t added_rows = 0;
  std::int64_t existing_rows = 0;
  std::int64_t deleted_rows = 0;
  std::vector<PartitionSummary> partitions;
  std::optional<std::string> key_metadata;

  bool has_live_files() const { return added_files + existing_files > 0; }
  bool operator==(const ManifestFile&) const = default;
};
using ManifestListPtr = std::shared_ptr<const std::vector<ManifestFile>>;

}  // namespace boathouse::iceberg
