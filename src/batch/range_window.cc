// SPDX-License-Identifier: Apache-2.0
#include "batch/range_window.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/file_read.h"

namespace boathouse::batch {
namespace {

// Small enough to stay in the processor's caches between reading and parsing.
constexpr std::size_t kFirstCapacity = 512 << 10;

}  // namespace

RangeWindow::RangeWindow(const std::filesystem::path& path, std::uint64_t begin, std::uint64_t end, std::uint64_t most)
    : file_(base::open_for_read(path)), next_(begin), stop_(end), most_(most) {
  std::uint64_t size = base::file_size(path);
  stop_ = end == 0 ? size : std::min(end, size);
  next_ = std::min(begin, stop_);
}

void RangeWindow::make_room() {
  std::size_t kept = size();
  if (capacity_ == 0 || kept > capacity_ / 2) {
    std::size_t capacity = std::max(kFirstCapacity, capacity_ * 2);
    if (kept > most_) {
      throw base::Error(base::ErrorKind::invalid_argument,
                        "a record is longer than " + std::to_string(most_) + " bytes")
          .with("byte", offset());
    }
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
    if (kept > 0) std::memcpy(buffer.get(), data(), kept);
    buffer_ = std::move(buffer);
    capacity_ = capacity;
  } else {
    std::memmove(buffer_.get(), data(), kept);
  }
  begin_ = 0;
  end_ = kept;
}

void RangeWindow::more() {
  make_room();
  while (end_ < capacity_ && next_ < stop_) {
    std::size_t wanted = std::min<std::uint64_t>(capacity_ - end_, stop_ - next_);
    const std::size_t got =
        base::read_some_at(file_.get(), {buffer_.get() + end_, wanted}, next_, "reading the staged file");
    if (got == 0) stop_ = next_;
    end_ += got;
    next_ += got;
  }
}

}  // namespace boathouse::batch
