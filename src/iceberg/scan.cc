// SPDX-License-Identifier: Apache-2.0
#include "iceberg/scan.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "iceberg/prune.h"

namespace boathouse::iceberg {
namespace {

// An entry that keeps its manifest alive.
EntryPtr entry_of(const ManifestPtr& manifest, const ManifestEntry& entry) { return EntryPtr(manifest, &entry); }

std::string scope_of(const DataFile& file) {
  return std::to_string(file.spec_id) + ":" + partition_key(file.partition);
}

// The position deletes of a snapshot, by what they may apply to.
class DeleteIndex {
 public:
  void add(const EntryPtr& entry) {
    if (entry->file.content == FileContent::equality_deletes) {
      throw base::Error(base::ErrorKind::unprocessable,
                        "the table has equality deletes, which another program wrote and Boathouse cannot apply");
    }
    if (auto path = only_deleted_from(entry->file)) {
      by_path_[*path].push_back(entry);
    } else {
      by_scope_[scope_of(entry->file)].push_back(entry);
    }
  }

  bool empty() const { return by_path_.empty() && by_scope_.empty(); }

  std::vector<EntryPtr> of(const ManifestEntry& data) const {
    std::vector<EntryPtr> found;
    if (empty()) return found;
    auto take = [&](const std::vector<EntryPtr>& entries) {
      for (const EntryPtr& entry : entries) {
        if (was_there(data, *entry) && may_name(entry->file, data.file.path)) found.push_back(entry);
      }
    };
    if (auto at = by_path_.find(data.file.path); at != by_path_.end()) take(at->second);
    if (auto at = by_scope_.find(scope_of(data.file)); at != by_scope_.end()) take(at->second);
    std::stable_sort(found.begin(), found.end(),
                     [](const EntryPtr& a, const EntryPtr& b) { return *a->sequence_number < *b->sequence_number; });
    return found;
  }

 private:
  // A data file written anew keeps the number of its rows, but no delete file from before can name it.
  static bool was_there(const ManifestEntry& data, const ManifestEntry& deletes) {
    return *data.sequence_number <= *deletes.sequence_number &&
           *data.file_sequence_number <= *deletes.file_sequence_number;
  }

  static bool may_name(const DataFile& deletes, const std::string& path) {
    const ColumnStats* stats = deletes.stats(kDeleteFilePathId);
    if (stats == nullptr) return true;
    return (!stats->lower_bound || *stats->lower_bound <= path) && (!stats->upper_bound || *stats->upper_bound >= path);
  }

  std::unordered_map<std::string, std::vector<EntryPtr>> by_path_;
  std::unordered_map<std::string, std::vector<EntryPtr>> by_scope_;
};

// The schema that a snapshot was written with; columns that it does not have cannot be asked for.
Schema schema_of(const TableMetadata& metadata, const SnapshotPtr& snapshot) {
  if (snapshot == nullptr || !snapshot->schema_id()) return metadata.schema();
  return metadata.schema_by_id(*snapshot->schema_id());
}

}  // namespace

Scan plan_scan(MetadataCache& cache, const MetadataPtr& metadata, const SnapshotPtr& snapshot,
               const Predicate& predicate) {
  Scan scan{snapshot, schema_of(*metadata, snapshot), {}};
  if (snapshot == nullptr) return scan;
  ManifestListPtr manifests = cache.manifest_list(snapshot->manifest_list());

  DeleteIndex deletes;
  for (const ManifestFile& file : *manifests) {
    if (file.content == FileContent::data || !file.has_live_files()) continue;
    ManifestPtr manifest = cache.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      if (entry.is_live()) deletes.add(entry_of(manifest, entry));
    }
  }
  for (const ManifestFile& file : *manifests) {
    if (file.content != FileContent::data || !file.has_live_files()) continue;
    const PartitionSpec& spec = metadata->spec_by_id(file.spec_id);
    if (!may_pass(predicate, scan.schema, spec, file)) continue;
    ManifestPtr manifest = cache.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      if (!entry.is_live()) continue;
      if (!may_pass(predicate, scan.schema, spec, entry.file) || !may_pass(predicate, scan.schema, entry.file))
        continue;
      scan.files.push_back({entry_of(manifest, entry), deletes.of(entry)});
    }
  }
  // Files of one commit and spec are always in one manifest, in their order (snapshot_builder.h).
  std::ranges::stable_sort(scan.files, {}, [](const ScanFile& file) { return *file.data->sequence_number; });
  return scan;
}

}  // namespace boathouse::iceberg
