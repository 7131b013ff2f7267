// SPDX-License-Identifier: Apache-2.0
// Reads the records of a staged file's range as raw cells, some thousand at a time, out of one buffer that grows only
// for a record that is longer than it. One thread at a time; what a RecordBatch views lives until the next call of
// next(). The scanner has seen the bytes before, but nothing here relies on it: any bytes give records, or
// Error{invalid_argument} with detail `byte` and `row` where they cannot.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "batch/staged_spec.h"

namespace boathouse::batch {

enum class CellKind : std::uint8_t {
  missing,  // an empty CSV field without quotes, a JSON null, an absent key
  text,     // a CSV field, unquoted and unescaped
  json,     // a JSON token, as it stands in the file
};

struct Cell {
  std::string_view text = {};
  CellKind kind = CellKind::missing;
  bool quoted = false;  // CSV: the field was written in quotes
};

// A key of a JSON object that is no column, with its value's token.
struct UnknownMember {
  std::size_t record = 0;
  std::string_view key_token = {};
  std::string_view value = {};
};

struct RecordInfo {
  std::string_view raw = {};      // the record's bytes without its line end: JSON, and CSV where `fields_failed`
  std::uint32_t field_count = 0;  // CSV
  // Wrong count of fields, text after a closing quote, a column's key that an object has twice; the cells are all missing.
  bool fields_failed = false;
  bool malformed_quotes = false;       // of these the second
  std::string_view repeated_key = {};  // of these the third: the key's token
};

struct RecordBatch {
  std::uint64_t first_row = 0;  // number of the first record; the others follow one by one
  std::size_t count = 0;
  std::size_t width = 0;         // cells of a record: CSV fields in file order, or one for each JSON key asked for
  std::vector<Cell> cells = {};  // count * width, record by record, perhaps followed by spare ones
  std::vector<RecordInfo> records = {};     // count
  std::vector<UnknownMember> unknown = {};  // JSON, in order of records

  const Cell& cell(std::size_t record, std::size_t column) const { return cells[record * width + column]; }
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Replaces the batch by the next records, at least one and at most `max_records`, as many as the buffer holds. False
  // at the end of the range.
  virtual bool next(RecordBatch& batch, std::size_t max_records) = 0;
};

// Of the spec: format, range, field_names (CSV), columns' keys (JSON) and limits. Throws system errors when the file
// cannot be opened or read.
std::unique_ptr<RecordReader> open_records(const std::filesystem::path& path, const StagedSpec& spec);

// The fields of one CSV record without its line end, unquoted: how the scanner reads a header.
struct CsvFields {
  std::size_t count = 0;                 // also past `most`
  bool malformed = false;                // text after a closing quote
  std::vector<std::string> fields = {};  // empty when malformed or more than `most`
};
CsvFields split_csv_record(std::string_view record, std::size_t most, char delimiter = ',');

}  // namespace boathouse::batch
