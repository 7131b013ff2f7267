// SPDX-License-Identifier: Apache-2.0
#include "api/common/byte_queue.h"

#include <cstring>

#include "base/error.h"

namespace boathouse::api {

void ByteQueue::push(std::string_view bytes) {
  if (bytes.empty()) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return abandoned_ || held_ == 0 || held_ + bytes.size() <= capacity_; });
  if (abandoned_) throw base::Error(base::ErrorKind::cancelled, "nobody waits for this answer any more");
  pieces_.emplace_back(bytes);
  held_ += bytes.size();
  changed_.notify_all();
}

void ByteQueue::finish() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void ByteQueue::fail(std::exception_ptr failure) {
  std::lock_guard lock(mutex_);
  ended_ = true;
  failure_ = std::move(failure);
  changed_.notify_all();
}

std::size_t ByteQueue::pop(std::span<char> into) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || !pieces_.empty(); });
  if (pieces_.empty()) {
    if (failure_) std::rethrow_exception(failure_);
    return 0;
  }
  std::size_t filled = 0;
  while (filled < into.size() && !pieces_.empty()) {
    std::string& piece = pieces_.front();
    std::size_t count = std::min(into.size() - filled, piece.size() - taken_);
    std::memcpy(into.data() + filled, piece.data() + taken_, count);
    filled += count;
    taken_ += count;
    held_ -= count;
    if (taken_ == piece.size()) {
      pieces_.pop_front();
      taken_ = 0;
    }
  }
  changed_.notify_all();
  return filled;
}

void ByteQueue::abandon() {
  std::lock_guard lock(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

}  // namespace boathouse::api
