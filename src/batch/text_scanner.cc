// SPDX-License-Identifier: Apache-2.0
#include "batch/text_scanner.h"

#include <cstring>

#include "base/encoding.h"

namespace boathouse::batch {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kBadUtf8 = "these bytes are not UTF-8; save the file as UTF-8 and send it again";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// How many bytes a character has whose first byte this is; 1 for bytes that begin none.
std::size_t character_length(char first) {
  auto byte = static_cast<unsigned char>(first);
  if (byte < 0xc2 || byte > 0xf4) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// How many bytes at the end begin a character that goes on after it.
std::size_t broken_off(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    char c = text[text.size() - back];
    if (!is_continuation(c)) return character_length(c) > back ? back : 0;
  }
  return 0;
}

// The first byte that does not belong to a valid character; the text has one.
std::size_t first_bad_byte(std::string_view text) {
  std::size_t pos = 0;
  while (pos < text.size()) {
    std::size_t length = character_length(text[pos]);
    if (!base::is_utf8(text.substr(pos, length))) break;
    pos += length;
  }
  return pos;
}

TextPosition back_by(TextPosition at, std::size_t bytes) { return {at.line, at.column - bytes, at.byte - bytes}; }

}  // namespace

std::size_t TextGuard::complete_carry(std::string_view chunk, const PositionTracker& position) {
  std::size_t begun = carry_.size();
  std::size_t taken = 0;
  while (taken < chunk.size() && carry_.size() < character_length(carry_.front())) {
    if (!is_continuation(chunk[taken])) throw error_at(back_by(position.at(chunk, 0), begun), kBadUtf8);
    carry_.push_back(chunk[taken++]);
  }
  if (carry_.size() == character_length(carry_.front())) {
    if (!base::is_utf8(carry_)) throw error_at(back_by(position.at(chunk, 0), begun), kBadUtf8);
    carry_.clear();
  }
  return taken;
}

void TextGuard::check(std::string_view chunk, const PositionTracker& position) {
  if (chunk.empty()) return;
  const void* nul = std::memchr(chunk.data(), 0, chunk.size());
  std::string_view clean = nul == nullptr ? chunk : chunk.substr(0, static_cast<const char*>(nul) - chunk.data());

  std::size_t begin = carry_.empty() || clean.empty() ? 0 : complete_carry(clean, position);
  if (carry_.empty()) {
    std::string_view rest = clean.substr(begin);
    std::size_t tail = nul == nullptr ? broken_off(rest) : 0;
    std::string_view whole = rest.substr(0, rest.size() - tail);
    if (!base::is_utf8(whole)) throw error_at(position.at(chunk, begin + first_bad_byte(whole)), kBadUtf8);
    carry_ = rest.substr(whole.size());
  }
  if (nul != nullptr) {
    throw error_at(position.at(chunk, clean.size()),
                   "a NUL byte, which no text may hold (is the file UTF-16, or no text?)");
  }
}

void TextGuard::finish(const PositionTracker& position) const {
  if (!carry_.empty()) throw error_at(back_by(position.at({}, 0), carry_.size()), kBadUtf8);
}

void BlockBuilder::add(std::uint64_t begin, std::uint64_t end, std::uint64_t count) {
  if (block_rows_ == 0) open_ = {begin, 0, rows_ + 1};
  rows_ += count;
  block_rows_ += count;
  open_.length = end - open_.offset;
  if (open_.length >= block_bytes_) {
    blocks_.push_back(open_);
    block_rows_ = 0;
  }
}

std::vector<Block> BlockBuilder::finish() {
  if (block_rows_ > 0) blocks_.push_back(open_);
  block_rows_ = 0;
  return std::move(blocks_);
}

void TextScanner::feed(std::string_view chunk) {
  if (!begun_) {
    std::size_t taken = std::min(chunk.size(), kByteOrderMark.size() - head_.size());
    head_.append(chunk.substr(0, taken));
    chunk.remove_prefix(taken);
    if (head_.size() < kByteOrderMark.size()) return;
    begin_text();
  }
  take(chunk);
}

void TextScanner::begin_text() {
  begun_ = true;
  if (head_ == kByteOrderMark) {
    text_begin_ = head_.size();
    position_.advance(head_);
  } else {
    take(head_);
  }
}

void TextScanner::take(std::string_view chunk) {
  if (chunk.empty()) return;
  guard_.check(chunk, position_);
  to_mark_.reset();
  scan(chunk);
  if (to_mark_) {
    position_.advance(chunk.substr(0, *to_mark_));
    marked_ = position_;
    chunk.remove_prefix(*to_mark_);
  }
  position_.advance(chunk);
}

ScanSummary TextScanner::finish() {
  if (!begun_) begin_text();
  guard_.finish(position_);
  ScanSummary summary;
  summary.bytes = position_.offset();
  summary.data_begin = text_begin_;
  end();
  describe(summary);
  summary.rows = blocks_.rows();
  summary.blocks = blocks_.finish();
  return summary;
}

ScanSummary TextScanner::so_far() const {
  ScanSummary summary;
  summary.data_begin = text_begin_;
  describe(summary);
  summary.rows = blocks_.rows_of_closed();
  summary.blocks = blocks_.closed();
  if (!summary.blocks.empty()) summary.bytes = summary.blocks.back().offset + summary.blocks.back().length;
  return summary;
}

void throw_empty_body() {
  throw base::Error(base::ErrorKind::invalid_argument, "the body is empty: it must hold at least one record")
      .code(std::string(kEmptyBody));
}

void throw_record_too_long(const TextPosition& begin, std::uint64_t limit, const std::string& hint) {
  throw error_at(begin, "the record that begins here is longer than " + std::to_string(limit) + " bytes" + hint);
}

std::string_view to_string(Format format) {
  switch (format) {
    case Format::csv: return "csv";
    case Format::json: return "json";
    case Format::ndjson: return "ndjson";
  }
  return "csv";
}

std::unique_ptr<Scanner> make_scanner(ScanOptions options) {
  switch (options.format) {
    case Format::json: return make_json_scanner(std::move(options));
    case Format::ndjson: return make_ndjson_scanner(std::move(options));
    case Format::csv: break;
  }
  return make_csv_scanner(std::move(options));
}

}  // namespace boathouse::batch
