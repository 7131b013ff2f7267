// SPDX-License-Identifier: Apache-2.0
#include "batch/text_position.h"

#include "batch/bits64.h"

namespace boathouse::batch {

base::Error error_at(const TextPosition& at, const std::string& what) {
  return base::Error(base::ErrorKind::invalid_argument,
                     "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + what)
      .with("line", at.line)
      .with("column", at.column)
      .with("byte", at.byte);
}

void PositionTracker::advance(std::string_view chunk) {
  for (std::size_t pos = 0; pos < chunk.size(); pos += 64) {
    Bytes64 bytes = bytes64_at(chunk, pos);
    std::uint64_t cr = bytes.equal('\r');
    std::uint64_t lf = bytes.equal('\n');
    std::uint64_t ends = cr | (lf & ~(cr << 1 | (after_cr_ ? 1U : 0U)));
    line_ += static_cast<std::uint64_t>(count_bits(ends));
    if ((cr | lf) != 0) line_start_ = offset_ + pos + static_cast<std::uint64_t>(highest_bit(cr | lf)) + 1;
    std::size_t last = std::min<std::size_t>(chunk.size() - pos, 64) - 1;
    after_cr_ = (cr >> last & 1) != 0;
  }
  offset_ += chunk.size();
}

PositionTracker PositionTracker::moved(std::string_view chunk, std::size_t index) const {
  PositionTracker copy = *this;
  copy.advance(chunk.substr(0, index));
  return copy;
}

TextPosition PositionTracker::at(std::string_view chunk, std::size_t index) const {
  PositionTracker there = moved(chunk, index);
  return {there.line_, there.offset_ - there.line_start_ + 1, there.offset_};
}

}  // namespace boathouse::batch
