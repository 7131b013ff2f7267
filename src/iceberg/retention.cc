// SPDX-License-Identifier: Apache-2.0
#include "iceberg/retention.h"

#include "iceberg/history.h"
#include "iceberg/needed_files.h"

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
  return std::hash<std::string_view>{}(path_part(location));
}

void ReachableFiles::add(const TableMetadata& metadata, const std::function<void()>& pause) {
  struct Visitor final : NeededFileVisitor {
    Visitor(std::unordered_set<std::size_t>& files, const std::function<void()>& pause) : files(files), pause(pause) {}
    bool visit(const NeededFile& file) override {
      pause();
      return files.insert(hash(file.location)).second;
    }
    // Without it nobody knows what is needed.
    void unreadable(std::string_view, const base::Error& error) override { throw base::Error(error); }

    std::unordered_set<std::size_t>& files;
    const std::function<void()>& pause;
  } visitor(files_, pause);
  visit_needed_files(store_, metadata, visitor);
}

}  // namespace boathouse::iceberg
