// SPDX-License-Identifier: Apache-2.0
#include "core/versions.h"

#include "base/numbers.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

using Summary = std::map<std::string, std::string>;

std::int64_t number(const Summary& summary, const char* key) {
  auto found = summary.find(key);
  return found == summary.end() ? 0 : base::parse_number<std::int64_t>(found->second).value_or(0);
}

std::optional<std::string> text(const Summary& summary, std::string_view key) {
  auto found = summary.find(std::string(key));
  return found == summary.end() ? std::nullopt : std::optional(found->second);
}

VersionFigures figures_of(const Summary& summary) {
  return {.added = number(summary, "added-records"),
          .deleted = number(summary, "deleted-records") + number(summary, "added-position-deletes") -
                     number(summary, "removed-position-deletes")};
}

}  // namespace

VersionFigures figures_of_version(const iceberg::Snapshot& version) { return figures_of(version.summary()); }

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
    const VersionFigures figures = figures_of(summary);
    info.added = figures.added;
    info.deleted = figures.deleted;
    info.by = text(summary, kSummaryBy).value_or("external");
    info.request = text(summary, kSummaryRequest);
    auto branch = branches.find(info.id);
    if (branch != branches.end() && branch->second != iceberg::kMainBranch) info.branch = branch->second;
    list.push_back(std::move(info));
  }
  return list;
}

}  // namespace boathouse::core
