// SPDX-License-Identifier: Apache-2.0
// Which rows changed between the version of main that a sink has and the newest one, told by files: what came, and what was
// deleted from or left. Pure but for the metadata that is read through the cache. Any thread.
#pragma once

#include <string>
#include <vector>

#include "core/parts.h"
#include "core/sink_layout.h"
#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {

// What happened between two versions of which the second descends from the first, without a compaction between them (which
// changes files, but no rows). Rows of `added` are as they live at the second.
struct SinkStep {
  iceberg::Scan added;
  iceberg::Scan gone;                      // files that left, as they were at the first
  std::vector<iceberg::ScanFile> touched;  // files of both, each with the deletes that are new
};

struct SinkChanges {
  std::string anew;             // why everything is to be copied once more; empty: the steps say what changed
  std::vector<SinkStep> steps;  // none: the same rows
};

// `copied` is the version that the sink has. Without a key what was deleted cannot be found there.
SinkChanges sink_changes(const Parts& parts, const TableState& state, base::SnapshotId copied, bool has_key);

// SELECTs over a step, as relation.h makes them; `columns` are the table's own.
std::string added_rows_sql(const Parts& parts, const SinkStep& step, const iceberg::Schema& columns);
// The keys of rows that went and that no row of the step has. Empty text: none went.
std::string removed_keys_sql(const Parts& parts, const SinkStep& step, const iceberg::Schema& key);

}  // namespace boathouse::core
