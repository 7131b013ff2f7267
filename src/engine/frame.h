// SPDX-License-Identifier: Apache-2.0
// The frames of protocol.md, spoken by the server and its workers over a stream socket. Nothing here throws but
// base::Error; a peer that breaks the protocol is one that ended.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace boathouse::engine {

enum class FrameType : char {
  hello = 'H',
  ready = 'R',
  command = 'C',
  interrupt = 'I',
  begun = 'B',
  schema = 'S',
  data = 'D',
  file = 'F',
  end = 'E',
  error = 'X',
};

inline constexpr std::size_t kFrameHeader = 5;
inline constexpr std::size_t kMaxFrame = 64ULL << 20;
inline constexpr std::size_t kDataFrame = 256ULL << 10;

struct Frame {
  FrameType type{};
  std::string payload;
};

// Waits until the descriptor is readable (or writable); false gives up. Used for sockets that do not block.
using WaitFor = std::function<bool(bool writing)>;

enum class Io { ok, closed, gave_up };

// Writes one frame, all of it. A payload past kMaxFrame throws too_large, and nothing is written.
Io write_frame(int fd, FrameType type, std::string_view payload, const WaitFor& wait = {});

// Reads one frame. Without `wait` the descriptor must block. After gave_up the rest of a frame may still be on its way:
// call again with the same reader to go on.
class FrameReader {
 public:
  explicit FrameReader(int fd) : fd_(fd) {}
  Io read(Frame& frame, const WaitFor& wait = {});

 private:
  Io fill(char* into, std::size_t size, std::size_t& have, const WaitFor& wait);

  int fd_;
  char header_[kFrameHeader] = {};
  std::size_t header_have_ = 0;
  std::string payload_;
  std::size_t payload_have_ = 0;
};

}  // namespace boathouse::engine
