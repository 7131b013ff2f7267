// SPDX-License-Identifier: Apache-2.0
// Rows of a worker as Parquet files of a table, one for each partition: what batches, restores and rewrites share.
// Blocking; any thread.
#pragma once

#include <string>
#include <vector>

#include "core/data_files.h"
#include "core/parts.h"
#include "iceberg/partition.h"

namespace boathouse::core {

struct RowsToWrite {
  std::string rows;        // a SELECT that has `columns`, and may have more
  const Columns& columns;  // with the table's field ids
  const iceberg::Schema& schema;
  const iceberg::PartitionSpec& spec;  // as the table knows it
};

// Error{too_large, "too-many-partitions"} past the limit of one batch.
void check_partitions(const Limits& limits, std::uint64_t count);

// Writes the rows into new files under `folder`, which the worker may write to. They have no place in the table yet.
// Error{too_large, "too-many-partitions"} past the limit of one batch.
std::vector<WrittenFile> write_table_files(const Limits& limits, engine::Lease& lease, const RowsToWrite& wanted,
                                           const std::filesystem::path& folder);

// Moves written files into the table at `location`; they are not durable yet. Each is appended to `adopted` as it moves,
// so that after an error the caller can take them away again.
void adopt_table_files(store::ObjectStore& store, const std::string& location, const RowsToWrite& wanted,
                       const std::vector<WrittenFile>& files, std::vector<iceberg::DataFile>& adopted);

}  // namespace boathouse::core
