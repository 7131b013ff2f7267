// SPDX-License-Identifier: Apache-2.0
// Finding versions: by id, time, branch or tag; and listing them. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "iceberg/metadata.h"

namespace boathouse::iceberg {

// Newest first.
std::vector<SnapshotPtr> versions(const TableMetadata& metadata);

// The version that `main` was at the given time: by the snapshot log, since a rollback changes the past of the head but
// not what people saw. nullptr before the first.
SnapshotPtr snapshot_at(const TableMetadata& metadata, base::Micros at);

// What a name after "@" means: a branch or tag, a snapshot id, or an RFC 3339 time, tried in this order. nullptr when
// it is none of them.
SnapshotPtr resolve(const TableMetadata& metadata, std::string_view name);

// The line of parents from `head` (first) to the oldest that is still known.
std::vector<SnapshotPtr> ancestors(const TableMetadata& metadata, const SnapshotPtr& head);
bool is_ancestor(const TableMetadata& metadata, SnapshotId ancestor, SnapshotId of);

// The branch that each version belongs to: the one whose line of parents holds it, `main` before others. Versions that no
// branch leads to any more are absent.
std::unordered_map<SnapshotId, std::string> branch_by_version(const TableMetadata& metadata);

}  // namespace boathouse::iceberg
