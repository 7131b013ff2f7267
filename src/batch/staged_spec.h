// SPDX-License-Identifier: Apache-2.0
// What the table functions `staged_rows` and `staged_columns` of the engine are told: which part of a staged file to
// read and what its columns are. core makes the value and passes its JSON text; the worker reads it back. Plain values,
// any thread.
//
//   SELECT .. FROM staged_rows('<path>', '<StagedSpec::to_json()>')
//     one column for each of `columns`, of its DuckDB type: NULL where the cell is missing or bad
//     _row BIGINT       number of the data row, from 1
//     _ok BOOLEAN       no cell failed `type`, and the row neither `fields` nor `unknown_columns`
//     and with `raw`:
//     _bad VARCHAR[]    the columns that failed `type`
//     _reasons VARCHAR  JSON: [{"column","rule","value","message"}], rule one of type, unknown_columns and fields (then
//                       the only one, its column and value null); values are cut after 1,000 characters
//     _data VARCHAR     JSON: {"<column>": "<raw text>" | null, ..}, all fields of the row, also those of no column;
//                       null where the cell is missing; {"_raw": "<line>"} where the row failed `fields`
//   SELECT .. FROM staged_columns('<path>', '<StagedSpec::to_json()>')      (inference.h; `columns` is not used)
//     name VARCHAR, type VARCHAR (as ColumnType::to_text), row_count BIGINT, missing BIGINT, candidates INTEGER,
//     kinds INTEGER
//
// Both read their range in order on one thread; several ranges may be read at once on several connections. To list what
// is wrong with the failing rows of a large file, find their numbers without `raw` first, then ask for `only_rows`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "batch/scanner.h"
#include "batch/types.h"

namespace boathouse::batch {

// What a STRING column takes from JSON besides strings.
enum class JsonInString : std::uint8_t {
  reject,  // nothing: `type`
  nested,  // objects and arrays, as their text
  any,     // every value, as its text
};

// The columns that the house adds beside a batch's own while it is checked (_row, _ok, ...) and those that Iceberg keeps
// for itself (_file, _pos, ...): no table may have one, compared without case.
bool is_reserved_column(std::string_view name);

struct StagedColumn {
  std::string name = {};
  ColumnType type = {};
  std::string format = {};  // strptime, for dates; empty: the type's own form
  std::int64_t field = -1;  // CSV: the field's place in the record, from 0; -1: the file has no such field, all missing
  std::string key = {};     // JSON, NDJSON: the member's name; empty: the column's name
  JsonInString json_in_string = JsonInString::reject;
};

struct StagedSpec {
  Format format = Format::csv;
  std::vector<StagedColumn> columns = {};  // in output order
  std::vector<std::string> field_names =
      {};                // CSV: of all fields of a record, in order; their number is the count that a row must have
  char delimiter = ',';  // CSV
  bool reject_unknown = true;  // JSON, NDJSON: a key of no column rejects its row (`unknown_columns`)
  // JSON, NDJSON: strings are judged as a CSV field's text, so that "5" is an INTEGER: for rows whose raw text comes
  // back.
  bool strings_as_text = false;
  // The bytes to read: from a block's offset to a block's end. `end` 0 is the end of the file.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first_row = 1;
  bool raw = false;
  // Only these rows (numbers, ascending) are yielded; empty: all. A second pass that lists what is wrong with a few
  // rows of a large file reads it at the speed of splitting records.
  std::vector<std::uint64_t> only_rows = {};
  std::uint64_t max_record_bytes = 16ULL << 20;

  std::string to_json() const;
  // Throws Error{invalid_argument} naming what is wrong.
  static StagedSpec from_json(std::string_view text);
};

}  // namespace boathouse::batch
