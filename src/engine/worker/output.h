// SPDX-License-Identifier: Apache-2.0
// The way from the worker to the server: whole frames, and a result's bytes in data frames of bounded size. Sending blocks
// while the server is slow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/frame.h"

namespace boathouse::engine {

class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}

  // Ends the process when the server is gone: nobody waits any more.
  void send(FrameType type, std::string_view payload);

 private:
  int fd_;
};

// Collects a result's bytes. Throws DuckError of type "Result too large" past the limit.
class ResultBytes {
 public:
  ResultBytes(Output& output, std::optional<std::uint64_t> max_bytes, FrameType type = FrameType::data)
      : output_(output), max_bytes_(max_bytes), type_(type) {}

  std::string& buffer() { return buffer_; }
  // Call after each row or so.
  void flush_if_full() {
    if (buffer_.size() >= kDataFrame) flush();
  }
  void flush();

 private:
  Output& output_;
  const std::optional<std::uint64_t> max_bytes_;
  const FrameType type_;
  std::uint64_t sent_ = 0;
  std::string buffer_;
};

}  // namespace boathouse::engine
