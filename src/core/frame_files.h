// SPDX-License-Identifier: Apache-2.0
// The files of a data frame's upload: by the table's partitions, then by ranges of ids where a column says so, and never
// more than so many rows in one. Blocking; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/table_files.h"

namespace boathouse::core {

struct FrameRows {
  RowsToWrite rows;               // and `_row` beside the columns
  std::int64_t count = 0;         // of them
  std::optional<std::string> id;  // the column whose ranges the files are; ranges do not overlap within a partition
  std::int64_t most_rows = 0;     // of a file
};

// Writes the rows into new files under `folder`. Without an id column the rows of a partition keep their order.
// Error{too_large, "too-many-partitions"} past the limit of files of one batch.
std::vector<WrittenFile> write_frame_files(const Limits& limits, engine::Lease& lease, const FrameRows& wanted,
                                           const std::filesystem::path& folder);

}  // namespace boathouse::core
