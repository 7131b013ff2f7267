// SPDX-License-Identifier: Apache-2.0
// A result as one Parquet file: DuckDB's own writer reads the rows of the running statement through a table function. So
// the statement itself is never put inside another one's text.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/worker/column_type.h"
#include "engine/worker/duck.h"

namespace boathouse::engine {

// Key-value entries of a file's footer.
using ParquetMetadata = std::map<std::string, std::string>;

struct ParquetOptions {
  std::optional<std::uint64_t> row_limit;
  ParquetMetadata metadata;
  // Called with each chunk's first rows before they go into the file; what it throws is the statement's failure.
  std::function<void(duckdb_data_chunk chunk, idx_t rows)> each{};
};

class ParquetResult {
 public:
  // Registers the table function; it refuses to be used but by write().
  explicit ParquetResult(const Connection& connection);
  ParquetResult(const ParquetResult&) = delete;
  ParquetResult& operator=(const ParquetResult&) = delete;

  struct Written {
    std::uint64_t rows = 0;
    bool truncated = false;
  };
  // Writes the rows of `result`, which streams on another connection. Throws DuckError; then statement_failed() tells a
  // statement that went wrong from rows that Parquet cannot hold, and so_far() how many had come.
  Written write(const Connection& connection, Result& result, const std::vector<ResultColumn>& columns,
                const ParquetOptions& options, const std::filesystem::path& file);
  bool statement_failed() const { return failed_.has_value(); }
  const Written& so_far() const { return written_; }

 private:
  static void bind(duckdb_bind_info info);
  static void init(duckdb_init_info info);
  static void produce(duckdb_function_info info, duckdb_data_chunk output);
  idx_t fill(duckdb_data_chunk output);

  // Set while write() runs:
  Result* result_ = nullptr;
  std::vector<std::string> names_;
  const ParquetOptions* options_ = nullptr;
  Written written_;
  std::optional<DuckError> failed_;
};

}  // namespace boathouse::engine
