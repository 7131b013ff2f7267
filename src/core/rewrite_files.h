// SPDX-License-Identifier: Apache-2.0
// Writes the files of one compaction group anew: the live rows of each stretch into one data file, the deletes that stay into
// one delete file. The rows stream through an ingest worker, within its memory. Blocking; any thread.
#pragma once

#include "core/compaction_plan.h"
#include "core/parts.h"
#include "core/table_state.h"
#include "iceberg/change.h"

namespace boathouse::core {

// At their final locations, not yet durable. Either may be empty: no row or no delete is left.
struct Rewritten {
  std::vector<iceberg::Rewrite> data;  // one for each stretch
  std::vector<iceberg::DataFile> deletes;

  std::vector<std::string> locations() const;
};

Rewritten rewrite_files(const Parts& parts, const TableState& table, const CompactionGroup& group);

}  // namespace boathouse::core
