// SPDX-License-Identifier: Apache-2.0
// Where in a text one is that arrives in chunks: lines end at LF, CR or CRLF, a column is a byte of its line. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace boathouse::batch {

struct TextPosition {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
  std::uint64_t byte = 0;  // from 0
};

// The error of a place in the body: the message says line and column, the detail has `line`, `column` and `byte`.
base::Error error_at(const TextPosition& at, const std::string& what);

class PositionTracker {
 public:
  // Bytes passed so far: the offset of the next chunk's first byte.
  std::uint64_t offset() const { return offset_; }
  void advance(std::string_view chunk);
  // The position of chunk[index], where `chunk` is what would be advanced over next.
  TextPosition at(std::string_view chunk, std::size_t index) const;
  // A tracker that stands at chunk[index].
  PositionTracker moved(std::string_view chunk, std::size_t index) const;

 private:
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t line_start_ = 0;
  bool after_cr_ = false;
};

}  // namespace boathouse::batch
