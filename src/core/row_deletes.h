// SPDX-License-Identifier: Apache-2.0
// Rows of a table's current version that go, found by a condition in the worker: written as Iceberg position delete files,
// but a data file none of whose rows is left goes whole, with its deletes, so that a table whose rows are replaced again
// and again does not grow. Blocking; any thread.
#pragma once

#include "core/data_files.h"
#include "core/key_indexes.h"
#include "core/parts.h"
#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {

struct RowDeletes {
  std::vector<iceberg::DataFile> files;  // at their final locations, not yet durable
  std::vector<std::string> touched;      // data files that they point into
  std::vector<std::string> emptied;      // data files without a row left
  std::int64_t rows = 0;
};

// `positions` is a SELECT of (_file VARCHAR, _pos BIGINT) over rows of `scan`, each position once; staged files go to
// `folder`. One delete file for each spec and partition touched.
RowDeletes write_row_deletes(const Parts& parts, engine::Lease& lease, const TableState& table,
                             const iceberg::Scan& scan, std::string_view positions,
                             const std::filesystem::path& folder);

// The same for the rows whose key columns equal those of a row in `files` (locations of Parquet files that have them by
// these names): what an upsert replaces. `added` are the files' bounds, by which old files are left out.
struct KeyedRows {
  const std::vector<std::string>& key;
  const std::vector<iceberg::DataFile>& added;
  const iceberg::Schema& schema;
  KeyIndexes& indexes;
};
RowDeletes delete_replaced_rows(const Parts& parts, engine::Lease& lease, const TableState& table,
                                const KeyedRows& rows, const std::filesystem::path& folder);

}  // namespace boathouse::core
