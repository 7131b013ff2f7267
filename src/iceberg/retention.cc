// SPDX-License-Identifier: Apache-2.0
#include "iceberg/retention.h"

#include "iceberg/history.h"
#include "iceberg/json_read.h"
#include "iceberg/manifest_avro.h"

namespace boathouse::iceberg {

std::vector<SnapshotId> expirable(const TableMetadata& metadata, const Retention& retention) {
  if (!retention.older_than_ms) return {};
  std::unordered_set<SnapshotId> kept;
  auto keep_line = [&](const SnapshotPtr& head) {
    std::int64_t count = 0;
    for (const SnapshotPtr& snapshot : ancestors(metadata, head)) {
      if (++count > std::max<std::int64_t>(1, retention.keep_versions)) break;
      kept.insert(snapshot->id());
    }
  };
  if (auto current = metadata.current_snapshot()) keep_line(current);
  for (const auto& [name, ref] : metadata.refs) {
    if (ref.kind == SnapshotRef::Kind::branch) keep_line(metadata.snapshot(ref.snapshot_id));
    kept.insert(ref.snapshot_id);
  }
  std::vector<SnapshotId> gone;
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (snapshot->timestamp_ms() <= *retention.older_than_ms && !kept.contains(snapshot->id())) {
      gone.push_back(snapshot->id());
    }
  }
  return gone;
}

std::size_t ReachableFiles::hash(std::string_view location) {
  // `file:/a` and `file:///a` are one file.
  if (location.starts_with("file:")) {
    location.remove_prefix(std::string_view("file:").size());
    while (location.starts_with("//")) location.remove_prefix(1);
  }
  return std::hash<std::string_view>{}(location);
}

void ReachableFiles::add(const TableMetadata& metadata, const std::function<void()>& pause) {
  add_statistics(metadata);
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (!insert(snapshot->manifest_list())) continue;
    pause();
    for (const ManifestFile& file : manifest_list_from_avro(store_.get(snapshot->manifest_list()))) {
      if (!insert(file.path)) continue;
      pause();
      for (const ManifestEntry& entry : manifest_from_avro(store_.get(file.path), file).entries) {
        if (entry.is_live()) insert(entry.file.path);
      }
    }
  }
}

void ReachableFiles::add_statistics(const TableMetadata& metadata) {
  for (std::string_view list : {"statistics", "partition-statistics"}) {
    const boost::json::value* files = find(metadata.others, list);
    if (files == nullptr) continue;
    for (const boost::json::value& file : as_array(*files, list)) {
      insert(need_string(as_object(file, list), "statistics-path"));
    }
  }
}

}  // namespace boathouse::iceberg
