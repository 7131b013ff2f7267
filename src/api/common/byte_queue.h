// SPDX-License-Identifier: Apache-2.0
// A bounded stretch of bytes between a thread that makes them and one that takes them: a slow taker holds the maker back,
// so memory stays what it is. One maker, one taker; abandon() from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace boathouse::api {

class ByteQueue {
 public:
  explicit ByteQueue(std::size_t capacity) : capacity_(capacity) {}

  // Maker. Waits while the queue is full (a piece larger than the queue goes in alone); Error{cancelled} once abandoned.
  void push(std::string_view bytes);
  // Maker, once and last: the end, or what made it fail.
  void finish();
  void fail(std::exception_ptr failure);

  // Taker. Waits for bytes and fills at most `into`; 0 at the end. Throws what the maker failed with, after its bytes.
  std::size_t pop(std::span<char> into);
  // Taker: nobody will take more.
  void abandon();

 private:
  const std::size_t capacity_;

  // Guarded by mutex_:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> pieces_;
  std::size_t taken_ = 0;  // of the first piece
  std::size_t held_ = 0;
  bool ended_ = false;
  bool abandoned_ = false;
  std::exception_ptr failure_;
};

}  // namespace boathouse::api
