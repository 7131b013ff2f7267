// SPDX-License-Identifier: Apache-2.0
// Parquet files as the engine writes them and Iceberg wants them told: the COPY statement with field ids, and what it
// returned (rows, sizes, bounds) as Iceberg data files. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/pool.h"
#include "iceberg/manifest.h"
#include "iceberg/schema.h"

namespace boathouse::core {

// `COPY (<select>) TO '<path>'` for one Parquet file whose columns carry the schema's field ids. The select gives columns
// by the schema's names. The result is one row for each file, as files_from_copy() reads it.
std::string copy_statement(std::string_view select, const std::filesystem::path& path, const iceberg::Schema& schema);

// The same, one file for each value of the integer column `part` of the select, which is not written itself; the files
// lie in folders `<part>=<value>` under `path`.
std::string copy_partitioned_statement(std::string_view select, std::string_view part, const std::filesystem::path& path,
                                       const iceberg::Schema& schema);

struct WrittenFile {
  std::filesystem::path path;
  std::int64_t part = 0;   // of a partitioned copy
  iceberg::DataFile file;  // without its final path, spec and partition
};

// Leaves out files without rows.
std::vector<WrittenFile> files_from_copy(const engine::Rows& rows, const iceberg::Schema& schema);

// What a position delete file holds.
const iceberg::Schema& position_delete_schema();

}  // namespace boathouse::core
