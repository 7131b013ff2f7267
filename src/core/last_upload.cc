// SPDX-License-Identifier: Apache-2.0
#include "core/last_upload.h"

#include "core/versions.h"

namespace boathouse::core {

std::optional<base::SnapshotId> last_upload(const TableState& state) {
  auto tag = state.metadata->refs.find(last_upload_tag(state.branch));
  return tag == state.metadata->refs.end() ? std::nullopt : std::optional(tag->second.snapshot_id);
}

iceberg::Scan last_upload_scan(const Parts& parts, const TableState& state) {
  iceberg::Scan scan = iceberg::plan_scan(parts.cache, state.metadata, state.head());
  const auto upload = last_upload(state);
  std::erase_if(scan.files, [&](const iceberg::ScanFile& file) { return file.data->snapshot_id != upload; });
  return scan;
}

}  // namespace boathouse::core
