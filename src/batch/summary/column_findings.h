// SPDX-License-Identifier: Apache-2.0
// What the words of a column tell of its type and its text, gathered block by block. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "batch/summary/number_figures.h"
#include "batch/summary/number_word.h"
#include "batch/summary/text_counts.h"

namespace boathouse::batch {

// The first word in the file at which pandas' attempt at a type ends.
class FirstFailure {
 public:
  // Words of a block in their order; blocks in any.
  void note(std::uint64_t block, bool overflow) {
    if (block < block_) *this = FirstFailure(block, overflow);
  }
  void merge(const FirstFailure& other) { note(other.block_, other.overflow_); }
  bool any() const { return block_ != kNone; }
  bool overflow() const { return overflow_; }

  FirstFailure() = default;

 private:
  FirstFailure(std::uint64_t block, bool overflow) : block_(block), overflow_(overflow) {}

  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::uint64_t block_ = kNone;
  bool overflow_ = false;
};

class ColumnFindings {
 public:
  // A number of the block with this number.
  void add_number(const NumberWord& number, std::uint64_t block) {
    seen_ |= number.flags;
    if ((number.flags & kInt64) == 0) int64_.note(block, (number.flags & kInt64Overflow) != 0);
    if ((number.flags & (kUint64 | kMinus)) == 0) uint64_.note(block, (number.flags & kUint64Overflow) != 0);
  }
  // A word that is neither missing nor a number.
  void set_text() { text_ = true; }
  void add_missing(std::uint64_t words) { missing_ += words; }
  void add_text(const TextCounts& counts) { counts_.add(counts); }
  void merge(const ColumnFindings& other);

  bool is_text() const { return text_; }
  std::uint64_t missing() const { return missing_; }
  const TextCounts& counts() const { return counts_; }
  // As pandas infers it; nullopt: the words stay text.
  std::optional<NumberKind> kind() const;

 private:
  std::uint8_t seen_ = 0;  // flags of all numbers
  bool text_ = false;
  FirstFailure int64_;
  FirstFailure uint64_;
  std::uint64_t missing_ = 0;
  TextCounts counts_;
};

}  // namespace boathouse::batch
