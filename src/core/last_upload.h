// SPDX-License-Identifier: Apache-2.0
// The rows that a branch's last upload brought, where uploads are tagged (IngestRequest::tag_upload). Any thread.
#pragma once

#include <optional>

#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {

// The version that it made; nullopt where none is tagged.
std::optional<base::SnapshotId> last_upload(const TableState& state);

// Of the branch's newest version, the files that the upload added, with what was deleted from them since: compaction leaves
// these files alone. Without a tagged upload there are none. Throws as plan_scan() does.
iceberg::Scan last_upload_scan(const Parts& parts, const TableState& state);

}  // namespace boathouse::core
