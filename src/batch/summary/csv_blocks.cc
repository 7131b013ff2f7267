// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/csv_blocks.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/encoding.h"
#include "base/error.h"
#include "base/file_read.h"
#include "batch/summary/header_names.h"
#include "batch/summary/text_counts.h"

namespace boathouse::batch {
namespace {

// Small enough to stay in a processor's cache with its words.
constexpr std::size_t kBlockBytes = 512 << 10;
// Of a wide file a block is larger, so that each column's part of it is still worth a read.
constexpr std::size_t kBlockBytesPerColumn = 2 << 10;
constexpr std::size_t kFirstBytes = 64 << 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// The number of the line, from 1, in which a byte lies; lines end at LF, CR and CRLF, also within quotes.
std::uint64_t line_of(int file, std::uint64_t offset) {
  std::vector<char> piece(1 << 20);
  std::uint64_t line = 1;
  char before = 0;
  for (std::uint64_t at = 0; at < offset;) {
    const std::size_t want = std::min<std::uint64_t>(piece.size(), offset - at);
    const std::size_t got = base::read_all_at(file, {piece.data(), want}, at);
    if (got == 0) break;
    for (std::size_t i = 0; i < got; ++i) {
      if (piece[i] == '\r' || (piece[i] == '\n' && before != '\r')) ++line;
      before = piece[i];
    }
    at += got;
  }
  return line;
}

std::vector<std::string> words_of(const CsvBlock& block) {
  std::vector<std::string> words;
  for (const Word& word : block.words) words.emplace_back(block.text.data() + word.begin, word.size);
  return words;
}

}  // namespace

CsvBlocks::CsvBlocks(const std::filesystem::path& path)
    : file_(base::open_for_read(path)), size_(base::file_size(path)) {
  std::array<char, kByteOrderMark.size()> mark;
  const std::size_t got = base::read_all_at(file_.get(), mark, 0);
  if (std::string_view(mark.data(), got) == kByteOrderMark) next_ = kByteOrderMark.size();
  CsvBlock block;
  if (!read_record(block)) {
    throw base::Error(base::ErrorKind::invalid_argument, "the file is empty: a CSV file begins with a line of names");
  }
  if (block.words.size() > kMaxColumns) {
    fail_at(block.offset, "the header has " + std::to_string(block.words.size()) + " fields, at most " +
                              std::to_string(kMaxColumns) + " are taken");
  }
  names_ = header_names(words_of(block));
  const std::uint64_t data = next_;
  width_ = names_.size();
  if (read_record(block)) width_ = std::max(width_, block.words.size());
  if (width_ > kMaxColumns) {
    fail_at(block.offset, "the record has " + std::to_string(width_) + " fields, at most " +
                              std::to_string(kMaxColumns) + " are taken");
  }
  next_ = data;
  block_bytes_ = std::max(kBlockBytes, width_ * kBlockBytesPerColumn);
}

void CsvBlocks::fail_at(std::uint64_t offset, const std::string& what) const {
  const std::uint64_t line = line_of(file_.get(), offset);
  throw base::Error(base::ErrorKind::invalid_argument, "line " + std::to_string(line) + ": " + what)
      .with("line", line)
      .with("byte", offset);
}

void CsvBlocks::fail(const CsvFault& fault, std::uint64_t offset) const {
  if (fault.kind == CsvFault::Kind::open_quote) {
    fail_at(offset + fault.at, "this quote is not closed before the end of the file");
  }
  fail_at(offset + fault.at, "the record has " + std::to_string(fault.fields) + " fields, where " +
                                 std::to_string(width_) + " are expected; put text with commas in quotes");
}

void CsvBlocks::check_text(const CsvBlock& block) const {
  const std::string_view text(block.text.data(), block.size);
  const std::size_t nul = text.find('\0');
  if (nul != text.npos) fail_at(block.offset + nul, "a NUL byte: this is no text");
  if (!base::is_utf8(text)) fail_at(block.offset, "from here on not all is UTF-8; save the file as UTF-8");
}

bool CsvBlocks::try_read(CsvBlock& block, std::size_t size, std::size_t width) {
  block.words.clear();
  block.offset = next_;
  const bool whole = size_ - next_ <= size;
  size = std::min<std::uint64_t>(size, size_ - next_);
  if (block.text.size() < size + kTextSlack) block.text.resize(size + kTextSlack);
  size = base::read_all_at(file_.get(), {block.text.data(), size}, next_);
  try {
    block.size = splitter_.split(block.text.data(), size, whole, width, block.words);
  } catch (const CsvFault& fault) {
    fail(fault, block.offset);
  }
  check_text(block);
  next_ += block.size;
  return block.size > 0 || whole;
}

void CsvBlocks::read(CsvBlock& block, std::size_t size, std::size_t width) {
  for (; !try_read(block, size, width); size *= 2) {
    if (size <= kMaxRecordBytes) continue;
    fail_at(next_, "this record is longer than " + std::to_string(kMaxRecordBytes) + " bytes; is a quote not closed?");
  }
}

bool CsvBlocks::read_record(CsvBlock& block) {
  block.words.clear();
  while (next_ < size_ && block.words.empty()) read(block, kFirstBytes, 0);
  return !block.words.empty();
}

bool CsvBlocks::next(CsvBlock& block) {
  std::lock_guard lock(mutex_);
  if (next_ >= size_) return false;
  read(block, block_bytes_, width_);
  block.number = blocks_++;
  block.rows = block.words.size() / width_;
  return true;
}

}  // namespace boathouse::batch
