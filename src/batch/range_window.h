// SPDX-License-Identifier: Apache-2.0
// A stretch of a file seen through one buffer that moves forward. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/file.h"

namespace boathouse::batch {

class RangeWindow {
 public:
  // Bytes [begin, end) of the file; `end` 0 is the file's end. `most` is what the buffer may grow to.
  RangeWindow(const std::filesystem::path& path, std::uint64_t begin, std::uint64_t end, std::uint64_t most);

  // The bytes in the buffer that were not passed. They may be changed in place; views end with pass() and more().
  char* data() { return buffer_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  std::string_view text() const { return {buffer_.get() + begin_, size()}; }
  // The buffer holds the rest of the range.
  bool complete() const { return next_ == stop_; }
  // Offset of data() in the file.
  std::uint64_t offset() const { return next_ - size(); }

  void pass(std::size_t bytes) { begin_ += bytes; }
  // Reads on, keeping what was not passed; grows the buffer only when that fills more than half of it. Throws
  // Error{invalid_argument} with `byte` past `most`, system errors when reading fails.
  void more();

 private:
  void make_room();

  base::UniqueFd file_;
  std::uint64_t next_;
  std::uint64_t stop_;
  std::uint64_t most_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace boathouse::batch
