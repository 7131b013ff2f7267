// SPDX-License-Identifier: Apache-2.0
// Parquet files as the engine writes them and Iceberg wants them told: the COPY statement with field ids, and what it
// returned (rows, sizes, bounds) as Iceberg data files. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/pool.h"
#include "iceberg/manifest.h"
#include "iceberg/types.h"

namespace boathouse::core {

// What a file's columns are: names as the select gives them, ids as the file is to carry them.
using Columns = std::vector<iceberg::Field>;

// What the select of a copy gives, about; 0: not known.
struct CopySize {
  std::int64_t rows = 0;
  std::int64_t row_bytes = 0;
};

// `COPY (<select>) TO '<path>'` for one Parquet file whose columns carry these field ids. The result is one row for each
// file, as files_from_copy() reads it.
std::string copy_statement(std::string_view select, const std::filesystem::path& path, const Columns& columns,
                           CopySize size = {});

// The same, one file for each value of the integer column `part` of the select, which is not written itself; the files
// lie in folders `<part>=<value>` under `path`.
std::string copy_partitioned_statement(std::string_view select, std::string_view part,
                                       const std::filesystem::path& path, const Columns& columns);

// The same into several files of about `max_bytes` each; they lie in the new folder `path`. In the order of the rows only in
// a worker of one thread.
std::string copy_split_statement(std::string_view select, const std::filesystem::path& path, const Columns& columns,
                                 std::uint64_t max_bytes);

struct WrittenFile {
  std::filesystem::path path;
  std::int64_t part = 0;   // of a partitioned copy
  std::string folder{};    // below its partition's, with a '/' at its end; empty: none
  iceberg::DataFile file;  // without its final path, spec and partition
};

// Leaves out files without rows.
std::vector<WrittenFile> files_from_copy(const engine::Rows& rows, const Columns& columns);

// What a position delete file holds.
const Columns& position_delete_columns();

}  // namespace boathouse::core
