// SPDX-License-Identifier: Apache-2.0
#include "batch/record_reader.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"
#include "batch/csv_reader.h"
#include "batch/json_reader.h"
#include "batch/range_window.h"

namespace boathouse::batch {
namespace {

// How many cells a batch has at most, so that wide records make small batches.
constexpr std::size_t kMaxCells = 128 << 10;

std::size_t batch_rows(std::size_t wanted, std::size_t width) {
  return std::max<std::size_t>(1, std::min(wanted, kMaxCells / std::max<std::size_t>(1, width)));
}

void check_utf8(std::string_view text, std::uint64_t offset) {
  if (base::is_utf8(text)) return;
  throw base::Error(base::ErrorKind::invalid_argument, "the staged file is not UTF-8").with("byte", offset);
}

// The loop that both formats share: records out of the window's text, more text where no whole record is left.
class WindowReader : public RecordReader {
 public:
  bool next(RecordBatch& batch, std::size_t max_records) final {
    batch.first_row = next_row_;
    batch.count = 0;
    batch.width = width_;
    batch.records.clear();
    batch.unknown.clear();
    window_.pass(passing_);
    passing_ = 0;
    while (true) {
      std::size_t used = take(batch, batch_rows(max_records, width_));
      if (batch.count > 0) {
        check_utf8(window_.text().substr(0, used), window_.offset());
        passing_ = used;
        next_row_ += batch.count;
        return true;
      }
      // What was used without yielding a record was blank.
      window_.pass(used);
      if (window_.complete()) return false;
      window_.more();
    }
  }

 protected:
  WindowReader(const std::filesystem::path& path, const StagedSpec& spec, std::size_t width)
      : window_(path, spec.begin, spec.end, spec.max_record_bytes), width_(width), next_row_(spec.first_row) {}

  // Appends the window's whole records; returns the bytes used. Throws when the range ends within a record.
  virtual std::size_t take(RecordBatch& batch, std::size_t most) = 0;

  RangeWindow& window() { return window_; }
  [[noreturn]] void fail(std::size_t at, const std::string& what, const RecordBatch& batch) {
    std::uint64_t row = next_row_ + batch.count;
    throw base::Error(base::ErrorKind::invalid_argument, "row " + std::to_string(row) + ": " + what)
        .with("row", row)
        .with("byte", window_.offset() + at);
  }

 private:
  RangeWindow window_;
  std::size_t width_;
  std::uint64_t next_row_;
  std::size_t passing_ = 0;  // bytes of the batch that was given out
};

class CsvReader final : public WindowReader {
 public:
  CsvReader(const std::filesystem::path& path, const StagedSpec& spec)
      : WindowReader(path, spec, spec.field_names.size()), splitter_(spec.field_names.size(), spec.delimiter) {}

 private:
  std::size_t take(RecordBatch& batch, std::size_t most) override {
    bool whole = window().complete();
    std::size_t used = splitter_.split(window().data(), window().size(), whole, most, batch);
    if (whole && batch.count == 0 && splitter_.open_quote()) fail(used, "a quote is not closed", batch);
    return used;
  }

  CsvSplitter splitter_;
};

class JsonReader final : public WindowReader {
 public:
  JsonReader(const std::filesystem::path& path, const StagedSpec& spec, std::vector<std::string> keys)
      : WindowReader(path, spec, keys.size()), array_(spec.format == Format::json), objects_(std::move(keys)) {}

 private:
  std::size_t take(RecordBatch& batch, std::size_t most) override {
    std::string_view text = window().text();
    std::size_t pos = 0;
    while (batch.count < most) {
      skip_between(text, pos);
      if (pos == text.size()) break;
      JsonFault fault;
      std::size_t begin = pos;
      if (!objects_.read(text, pos, batch, fault)) {
        if (window().complete() && batch.count == 0) fail(fault.at, fault.what, batch);
        return begin;
      }
    }
    return pos;
  }

  // White space and, in a JSON text, what stands between the elements of its array.
  void skip_between(std::string_view text, std::size_t& pos) const {
    skip_json_space(text, pos);
    while (array_ && pos < text.size() && (text[pos] == ',' || text[pos] == '[' || text[pos] == ']')) {
      ++pos;
      skip_json_space(text, pos);
    }
  }

  bool array_;
  JsonObjectReader objects_;
};

std::vector<std::string> keys_of(const StagedSpec& spec) {
  std::vector<std::string> keys;
  for (const StagedColumn& column : spec.columns) keys.push_back(column.key.empty() ? column.name : column.key);
  return keys;
}

}  // namespace

std::unique_ptr<RecordReader> open_records(const std::filesystem::path& path, const StagedSpec& spec) {
  if (spec.format == Format::csv) return std::make_unique<CsvReader>(path, spec);
  return std::make_unique<JsonReader>(path, spec, keys_of(spec));
}

}  // namespace boathouse::batch
