// SPDX-License-Identifier: Apache-2.0
#include "core/versions.h"

#include <charconv>

#include "iceberg/history.h"

namespace boathouse::core {
namespace {

using Summary = std::map<std::string, std::string>;

std::int64_t number(const Summary& summary, const char* key) {
  auto found = summary.find(key);
  std::int64_t value = 0;
  if (found != summary.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  }
  return value;
}

std::optional<std::string> text(const Summary& summary, std::string_view key) {
  auto found = summary.find(std::string(key));
  return found == summary.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool is_placeholder(const iceberg::SnapshotPtr& version) {
  return version != nullptr && version->summary().contains(std::string(kSummaryPlaceholder));
}

std::string last_upload_tag(std::string_view branch) { return fmt::format("{}last-{}", kHouseTags, branch); }

std::vector<VersionInfo> list_versions(const iceberg::TableMetadata& metadata) {
  std::vector<VersionInfo> list;
  const auto branches = iceberg::branch_by_version(metadata);
  for (const iceberg::SnapshotPtr& snapshot : iceberg::versions(metadata)) {
    Summary summary = snapshot->summary();
    VersionInfo info;
    info.id = snapshot->id();
    info.parent = snapshot->parent_id();
    info.sequence = snapshot->sequence_number();
    info.at = snapshot->timestamp_ms() * base::kMillisecond;
    info.operation = iceberg::to_string(snapshot->operation());
    info.rows = iceberg::totals(*snapshot).rows();
    info.added = number(summary, "added-records");
    info.deleted = number(summary, "deleted-records") + number(summary, "added-position-deletes") -
                   number(summary, "removed-position-deletes");
    info.by = text(summary, kSummaryBy).value_or("external");
    info.request = text(summary, kSummaryRequest);
    auto branch = branches.find(info.id);
    if (branch != branches.end() && branch->second != iceberg::kMainBranch) info.branch = branch->second;
    list.push_back(std::move(info));
  }
  return list;
}

}  // namespace boathouse::core
