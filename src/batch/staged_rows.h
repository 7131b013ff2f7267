// SPDX-License-Identifier: Apache-2.0
// The heart of the table function `staged_rows` (staged_spec.h says what it yields), without DuckDB: records in,
// columns in DuckDB's memory layout out. One thread at a time; targets are the caller's and need to live during fill()
// only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_reader.h"
#include "batch/strict_text.h"

namespace boathouse::batch {

// Receives the strings and bytes of one output column.
class StringTarget {
 public:
  virtual ~StringTarget() = default;
  virtual void put(std::size_t row, std::string_view value) = 0;
};

// Where a typed column goes. `data` is an array of the type's storage: int32 (INTEGER, DATE), int64 (BIGINT, TIME,
// timestamps), double, bool, the DECIMAL's int16, int32, int64 or Int128 by its precision (4, 9, 18, 38), Int128 with
// the top bit flipped for UUID, in any alignment; strings go to `strings`. `validity` has one bit a row, all set
// before. All null: judge only.
struct ColumnTarget {
  void* data = nullptr;
  std::uint64_t* validity = nullptr;
  StringTarget* strings = nullptr;
};

// What is to be said about a row.
struct RowReport {
  std::vector<std::string_view> bad = {};  // names of columns that failed `type`, as they live in the spec
  std::string reasons = {};                // JSON
  std::string data = {};                   // JSON
};

class StagedRows {
 public:
  // Throws Error{invalid_argument} for a spec that makes no sense, system errors when the file cannot be opened.
  StagedRows(const std::filesystem::path& path, StagedSpec spec);
  ~StagedRows();

  const StagedSpec& spec() const;

  // Reads the next rows, at most `capacity`, into the targets (one for each column of the spec) and returns how many; 0
  // at the end. `judge_all`: also columns without a target are judged, as ok() and report() need it. Throws as
  // RecordReader.
  std::size_t fill(const std::vector<ColumnTarget>& targets, std::size_t capacity, bool judge_all);

  // About the rows of the last fill().
  std::uint64_t row_number(std::size_t row) const;
  bool ok(std::size_t row) const;
  RowReport report(std::size_t row) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boathouse::batch
