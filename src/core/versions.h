// SPDX-License-Identifier: Apache-2.0
// A table's versions as people see them. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "iceberg/metadata.h"

namespace boathouse::core {

// The summary's keys that say where a version came from.
inline constexpr std::string_view kSummaryBatch = "boathouse.batch-id";
inline constexpr std::string_view kSummaryRequest = "boathouse.request-id";
inline constexpr std::string_view kSummaryBy = "boathouse.by";

// The property that says which key the table's last upsert went by: a JSON list of columns.
inline constexpr std::string_view kUpsertKeyProperty = "boathouse.upsert-key";

// Marks the empty version that main gets where a table begins on another branch: main was never written to, and its first
// batch says what its columns are.
inline constexpr std::string_view kSummaryPlaceholder = "boathouse.placeholder";
bool is_placeholder(const iceberg::SnapshotPtr& version);

// The tag of the version that the branch's last upload made, where uploads are tagged (IngestRequest::tag_upload). Such tags
// are kept by the house: no list shows them, and no tag of a user's begins so.
inline constexpr std::string_view kHouseTags = "boathouse-";
std::string last_upload_tag(std::string_view branch);

struct VersionInfo {
  base::SnapshotId id = 0;
  std::optional<base::SnapshotId> parent;
  std::int64_t sequence = 0;  // grows with every version of the table
  base::Micros at = 0;
  std::string operation;
  std::int64_t rows = 0;     // of the version
  std::int64_t added = 0;    // rows in files that came
  std::int64_t deleted = 0;  // rows that went: positions deleted, and rows in files removed
  std::string by;            // user name; "external" when another writer made it
  std::optional<std::string> request;
  std::optional<std::string> branch;  // of versions that are not on main
};

// How many rows came in its files, and how many went.
struct VersionFigures {
  std::int64_t added = 0;
  std::int64_t deleted = 0;
};
VersionFigures figures_of_version(const iceberg::Snapshot& version);

// Newest first.
std::vector<VersionInfo> list_versions(const iceberg::TableMetadata& metadata);

}  // namespace boathouse::core
