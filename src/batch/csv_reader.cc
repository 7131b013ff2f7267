// SPDX-License-Identifier: Apache-2.0
#include "batch/csv_reader.h"

#include <algorithm>

#include "batch/bits64.h"

namespace boathouse::batch {
namespace {

// Makes each "" of a field's inner text one quote. What becomes free is blanked: the record's bytes are checked for UTF-8
// afterwards, and the last bytes of a moved text are no whole characters.
std::string_view undouble(char* text, std::size_t size) {
  std::size_t out = 0;
  for (std::size_t in = 0; in < size; ++in) {
    text[out++] = text[in];
    if (text[in] == '"') ++in;
  }
  std::fill(text + out, text + size, ' ');
  return {text, out};
}

}  // namespace

void CsvSplitter::begin_record(std::size_t at) {
  record_begin_ = field_begin_ = at;
  fields_ = 0;
  malformed_ = false;
  to_undouble_.clear();
}

void CsvSplitter::on_quote(std::size_t at) {
  if (in_quotes_) {
    in_quotes_ = false;
    quote_closed_ = at + 1;
  } else if (at == field_begin_) {
    in_quotes_ = true;
  } else if (quote_closed_ == at && text_[field_begin_] == '"') {
    in_quotes_ = true;
    doubled_ = true;
  }
}

inline void CsvSplitter::end_field(std::size_t at) {
  if (fields_++ >= width_) {
    field_begin_ = at + 1;
    doubled_ = false;
    return;
  }
  Cell& cell = cells_[fields_ - 1];
  const char* begin = text_ + field_begin_;
  if (at == field_begin_) {
    cell = {};
  } else if (*begin != '"') {
    cell = {{begin, at - field_begin_}, CellKind::text, false};
  } else {
    // A record whose fields cannot be told apart gives no cells, so what stands in this one does not matter.
    malformed_ = malformed_ || quote_closed_ != at;
    cell = {{begin + 1, quote_closed_ - field_begin_ - 2}, CellKind::text, true};
    if (doubled_) to_undouble_.push_back(&cell);
    doubled_ = false;
  }
  field_begin_ = at + 1;
}

void CsvSplitter::end_record(std::size_t at, RecordBatch& batch) {
  RecordInfo info;
  info.field_count = fields_;
  info.malformed_quotes = malformed_;
  info.fields_failed = malformed_ || fields_ != width_;
  if (info.fields_failed) {
    info.raw = {text_ + record_begin_, at - record_begin_};
    for (std::size_t i = 0; i < width_; ++i) cells_[i] = {};
  } else {
    for (Cell* cell : to_undouble_) cell->text = undouble(const_cast<char*>(cell->text.data()), cell->text.size());
  }
  batch.records.push_back(info);
  ++batch.count;
  cells_ += width_;
}

std::size_t CsvSplitter::split(char* text, std::size_t size, bool whole, std::size_t most, RecordBatch& batch) {
  text_ = text;
  const char delimiter = delimiter_;
  in_quotes_ = doubled_ = false;
  quote_closed_ = 0;
  std::size_t wanted = batch.count + most;
  // Only ever grown: cells are overwritten, and clearing them would cost as much as filling them.
  if (batch.cells.size() < wanted * width_) batch.cells.resize(wanted * width_);
  cells_ = batch.cells.data() + batch.count * width_;
  begin_record(0);
  std::string_view view(text, size);
  for (std::size_t pos = 0; pos < size; pos += 64) {
    Bytes64 bytes = bytes64_at(view, pos);
    std::uint64_t quotes = bytes.equal('"');
    if (in_quotes_ && quotes == 0) continue;
    std::uint64_t events = quotes | bytes.equal(delimiter) | bytes.equal('\n') | bytes.equal('\r');
    for (; events != 0; events &= events - 1) {
      std::size_t at = pos + static_cast<std::size_t>(lowest_bit(events));
      char c = text[at];
      if (c == '"') {
        on_quote(at);
      } else if (in_quotes_) {
        continue;
      } else if (c == delimiter) {
        end_field(at);
      } else {
        // A line end where a record would begin is an empty line, or the LF of a CRLF.
        if (at != record_begin_) {
          end_field(at);
          end_record(at, batch);
        }
        begin_record(at + 1);
        if (batch.count == wanted) return at + 1;
      }
    }
  }
  if (whole && !in_quotes_ && record_begin_ < size) {
    end_field(size);
    end_record(size, batch);
    begin_record(size);
  }
  return record_begin_;
}

CsvFields split_csv_record(std::string_view record, std::size_t most, char delimiter) {
  // Counts first: how wide the record is shows only once it is split.
  std::string text(record);
  RecordBatch counted;
  CsvSplitter(1, delimiter).split(text.data(), text.size(), true, 1, counted);
  CsvFields out;
  if (counted.count == 0) return out;
  out.count = counted.records[0].field_count;
  out.malformed = counted.records[0].malformed_quotes;
  if (out.malformed || out.count > most) return out;
  text = record;
  RecordBatch batch;
  CsvSplitter(out.count, delimiter).split(text.data(), text.size(), true, 1, batch);
  for (std::size_t i = 0; i < out.count; ++i) out.fields.emplace_back(batch.cells[i].text);
  return out;
}

}  // namespace boathouse::batch
