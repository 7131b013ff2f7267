// SPDX-License-Identifier: Apache-2.0
// Writes the files of one compaction group anew: its live rows into one data file, the deletes that stay into one delete
// file. The rows stream through an ingest worker, within its memory. Blocking; any thread.
#pragma once

#include "core/compaction_plan.h"
#include "core/parts.h"
#include "core/table_state.h"

namespace boathouse::core {

// At their final locations, not yet durable. Either may be empty: no row or no delete is left.
struct Rewritten {
  std::vector<iceberg::DataFile> data;
  std::vector<iceberg::DataFile> deletes;
};

Rewritten rewrite_files(const Parts& parts, const TableState& table, const CompactionGroup& group);

}  // namespace boathouse::core
