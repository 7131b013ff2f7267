// SPDX-License-Identifier: Apache-2.0
// A CSV file as blocks of whole records, split into words by pandas' rules. Errors are Error{invalid_argument}, with detail
// `line` and `byte` where there is a place: an empty file, a record with more fields than those before it, a quote that
// is not closed, a record or a header past the limits, bytes that are no text; and system_error().
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "base/file.h"
#include "batch/summary/csv_words.h"

namespace boathouse::batch {

struct CsvBlock {
  std::uint64_t number = 0;
  std::uint64_t offset = 0;  // in the file
  std::size_t size = 0;      // bytes of the text that are the block's
  std::vector<char> text;    // with kTextSlack bytes after it
  std::vector<Word> words;   // record by record
  std::size_t rows = 0;

  std::string_view word(std::size_t row, std::size_t column, std::size_t width) const {
    const Word& word = words[row * width + column];
    return {text.data() + word.begin, word.size};
  }
};

class CsvBlocks {
 public:
  static constexpr std::size_t kMaxColumns = 5000;
  static constexpr std::size_t kMaxRecordBytes = 16 << 20;

  // Reads header and first record.
  explicit CsvBlocks(const std::filesystem::path& path);

  // Words of a record: as many as the header has or, where those are more, the first record.
  std::size_t width() const { return width_; }
  // The names of a record's last words. Words before them have none: to pandas they are the rows' index.
  const std::vector<std::string>& names() const { return names_; }

  // Replaces the block by the next; false at the end. Any thread; once it threw it throws the same in every one.
  bool next(CsvBlock& block);

 private:
  // Puts the record at next_ into the block and moves past it; false where there is none.
  bool read_record(CsvBlock& block);
  // Puts the whole records of `size` bytes from next_ on into the block, of more bytes where one is longer, and moves past
  // them. With `width` 0 only the first.
  void read(CsvBlock& block, std::size_t size, std::size_t width);
  // The same; false where a record is longer.
  bool try_read(CsvBlock& block, std::size_t size, std::size_t width);
  void check_text(const CsvBlock& block) const;
  [[noreturn]] void fail(const CsvFault& fault, std::uint64_t offset) const;
  [[noreturn]] void fail_at(std::uint64_t offset, const std::string& what) const;

  base::UniqueFd file_;
  std::uint64_t size_ = 0;
  std::vector<std::string> names_;
  std::size_t width_ = 0;
  std::size_t block_bytes_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_:
  WordSplitter splitter_;
  std::uint64_t next_ = 0;  // offset of what was not split yet
  std::uint64_t blocks_ = 0;
};

}  // namespace boathouse::batch
