// SPDX-License-Identifier: Apache-2.0
// What all scanners share: the byte order mark, the bytes that no text may have, positions, and the cutting of records
// into blocks. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/scanner.h"
#include "batch/text_position.h"

namespace boathouse::batch {

// Finds NULs and invalid UTF-8 in a text that arrives in chunks.
class TextGuard {
 public:
  // Throws error_at() for the first bad byte of the chunk, at which `position` stands.
  void check(std::string_view chunk, const PositionTracker& position);
  // The end of the text, where a character may not be incomplete.
  void finish(const PositionTracker& position) const;

 private:
  // Takes what completes the character that the chunk before broke off; returns how many bytes that were.
  std::size_t complete_carry(std::string_view chunk, const PositionTracker& position);

  std::string carry_;  // the first bytes of a character
};

// Gathers records into blocks, and counts them.
class BlockBuilder {
 public:
  explicit BlockBuilder(std::uint64_t block_bytes) : block_bytes_(block_bytes) {}
  // `count` records, the first of which begins at `begin` and the last of which ends at `end`.
  void add(std::uint64_t begin, std::uint64_t end, std::uint64_t count = 1);
  std::uint64_t rows() const { return rows_; }
  const std::vector<Block>& closed() const { return blocks_; }
  std::uint64_t rows_of_closed() const { return rows_ - block_rows_; }
  std::vector<Block> finish();

 private:
  std::uint64_t block_bytes_;
  std::uint64_t rows_ = 0;
  std::uint64_t block_rows_ = 0;
  Block open_;
  std::vector<Block> blocks_;
};

class TextScanner : public Scanner {
 public:
  void feed(std::string_view chunk) final;
  ScanSummary finish() final;
  std::uint64_t rows() const final { return blocks_.rows(); }
  ScanSummary so_far() const final;

 protected:
  explicit TextScanner(ScanOptions options) : options_(std::move(options)), blocks_(options_.block_bytes) {}

  // The next bytes, checked, byte order mark left out; position() stands at the first of them.
  virtual void scan(std::string_view chunk) = 0;
  // The end: closes the last record.
  virtual void end() = 0;
  // Fills what only the format knows of the text's beginning.
  virtual void describe(ScanSummary&) const {}

  const ScanOptions& options() const { return options_; }
  const PositionTracker& position() const { return position_; }
  // Called from scan(): marked() is to stand at this byte of the chunk afterwards. Costs nothing, unlike position().at().
  void mark(std::size_t index) { to_mark_ = index; }
  const PositionTracker& marked() const { return marked_; }
  BlockBuilder& blocks() { return blocks_; }
  std::uint64_t text_begin() const { return text_begin_; }

 private:
  void take(std::string_view chunk);
  void begin_text();

  ScanOptions options_;
  PositionTracker position_;
  std::optional<std::size_t> to_mark_;
  PositionTracker marked_;
  TextGuard guard_;
  BlockBuilder blocks_;
  std::string head_;  // the first bytes, until it is known whether they are a byte order mark
  bool begun_ = false;
  std::uint64_t text_begin_ = 0;
};

[[noreturn]] void throw_empty_body();
[[noreturn]] void throw_record_too_long(const TextPosition& begin, std::uint64_t limit, const std::string& hint);

std::unique_ptr<Scanner> make_csv_scanner(ScanOptions options);
std::unique_ptr<Scanner> make_json_scanner(ScanOptions options);
std::unique_ptr<Scanner> make_ndjson_scanner(ScanOptions options);

}  // namespace boathouse::batch
