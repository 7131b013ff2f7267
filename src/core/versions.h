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

// Newest first.
std::vector<VersionInfo> list_versions(const iceberg::TableMetadata& metadata);

}  // namespace boathouse::core
