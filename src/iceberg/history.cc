// SPDX-License-Identifier: Apache-2.0
#include "iceberg/history.h"

#include "base/numbers.h"

namespace boathouse::iceberg {
namespace {

std::unordered_map<SnapshotId, SnapshotPtr> by_id(const TableMetadata& metadata) {
  std::unordered_map<SnapshotId, SnapshotPtr> index;
  for (const SnapshotPtr& snapshot : metadata.snapshots) index.emplace(snapshot->id(), snapshot);
  return index;
}

}  // namespace

std::vector<SnapshotPtr> versions(const TableMetadata& metadata) {
  return {metadata.snapshots.rbegin(), metadata.snapshots.rend()};
}

SnapshotPtr snapshot_at(const TableMetadata& metadata, base::Micros at) {
  std::optional<SnapshotId> last;
  for (const SnapshotLogEntry& entry : metadata.snapshot_log) {
    if (entry.timestamp_ms * base::kMillisecond > at) break;
    last = entry.snapshot_id;
  }
  return last ? metadata.snapshot(*last) : nullptr;
}

SnapshotPtr resolve(const TableMetadata& metadata, std::string_view name) {
  if (SnapshotPtr found = metadata.ref_snapshot(name)) return found;
  if (auto id = base::parse_number<SnapshotId>(name)) return metadata.snapshot(*id);
  if (auto at = base::parse_rfc3339(name)) return snapshot_at(metadata, *at);
  return nullptr;
}

std::vector<SnapshotPtr> ancestors(const TableMetadata& metadata, const SnapshotPtr& head) {
  auto index = by_id(metadata);
  std::vector<SnapshotPtr> line;
  // Each is taken out as it is passed, so that a circle in foreign metadata ends.
  for (SnapshotPtr at = head; at != nullptr;) {
    line.push_back(at);
    index.erase(at->id());
    auto parent = at->parent_id() ? index.find(*at->parent_id()) : index.end();
    at = parent == index.end() ? nullptr : parent->second;
  }
  return line;
}

bool is_ancestor(const TableMetadata& metadata, SnapshotId ancestor, SnapshotId of) {
  for (const SnapshotPtr& snapshot : ancestors(metadata, metadata.snapshot(of))) {
    if (snapshot->id() == ancestor) return true;
  }
  return false;
}

std::unordered_map<SnapshotId, std::string> branch_by_version(const TableMetadata& metadata) {
  auto index = by_id(metadata);
  std::unordered_map<SnapshotId, std::string> branches;
  auto claim = [&](const std::string& branch, const SnapshotPtr& head) {
    // A line that meets one already claimed is claimed from there on.
    for (SnapshotPtr at = head; at != nullptr && branches.emplace(at->id(), branch).second;) {
      auto parent = at->parent_id() ? index.find(*at->parent_id()) : index.end();
      at = parent == index.end() ? nullptr : parent->second;
    }
  };
  claim(std::string(kMainBranch), metadata.ref_snapshot(kMainBranch));
  for (const auto& [name, ref] : metadata.refs) {
    if (ref.kind == SnapshotRef::Kind::branch) claim(name, metadata.snapshot(ref.snapshot_id));
  }
  return branches;
}

}  // namespace boathouse::iceberg
