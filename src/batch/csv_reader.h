// SPDX-License-Identifier: Apache-2.0
// Splits CSV text that lies in memory into cells, by the rules of scanner.h. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "batch/record_reader.h"

namespace boathouse::batch {

class CsvSplitter {
 public:
  // Records have `width` fields.
  explicit CsvSplitter(std::size_t width, char delimiter = ',') : width_(width), delimiter_(delimiter) {}

  // Appends to the batch the records of text[0, size) until it has `most`. `whole`: the text ends with it, its last
  // record needs no line end. Returns the bytes used; quotes inside fields are undoubled in place, in whole records
  // only.
  std::size_t split(char* text, std::size_t size, bool whole, std::size_t most, RecordBatch& batch);
  // After split() with `whole`: the text ended within quotes, its last record is not in the batch.
  bool open_quote() const { return in_quotes_; }

 private:
  void on_quote(std::size_t at);
  void end_field(std::size_t at);
  void end_record(std::size_t at, RecordBatch& batch);
  void begin_record(std::size_t at);

  std::size_t width_;
  char delimiter_;
  char* text_ = nullptr;
  // Of the record being read.
  Cell* cells_ = nullptr;
  std::size_t record_begin_ = 0;
  std::size_t field_begin_ = 0;
  std::uint32_t fields_ = 0;
  bool in_quotes_ = false;
  std::size_t quote_closed_ = 0;  // just past the last closing quote
  bool doubled_ = false;          // the field has a doubled quote
  bool malformed_ = false;
  std::vector<Cell*> to_undouble_;
};

}  // namespace boathouse::batch
