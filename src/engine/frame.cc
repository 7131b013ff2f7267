// SPDX-License-Identifier: Apache-2.0
#include "engine/frame.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace boathouse::engine {
namespace {

bool would_block(int error_number) { return error_number == EAGAIN || error_number == EWOULDBLOCK; }

void store_header(char (&header)[kFrameHeader], FrameType type, std::size_t size) {
  for (int i = 0; i < 4; ++i) header[i] = static_cast<char>(size >> (8 * i) & 0xff);
  header[4] = static_cast<char>(type);
}

std::size_t load_size(const char (&header)[kFrameHeader]) {
  std::size_t size = 0;
  for (int i = 0; i < 4; ++i) size |= static_cast<std::size_t>(static_cast<unsigned char>(header[i])) << (8 * i);
  return size;
}

}  // namespace

Io write_frame(int fd, FrameType type, std::string_view payload, const WaitFor& wait) {
  if (payload.size() > kMaxFrame) {
    throw base::Error(base::ErrorKind::too_large, "the statement is larger than the engine takes")
        .with("limit_bytes", kMaxFrame);
  }
  char header[kFrameHeader];
  store_header(header, type, payload.size());
  iovec parts[2] = {{header, kFrameHeader}, {const_cast<char*>(payload.data()), payload.size()}};
  std::size_t left = kFrameHeader + payload.size();
  while (left > 0) {
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (!would_block(errno)) return Io::closed;
      if (!wait || !wait(true)) return Io::gave_up;
      continue;
    }
    left -= static_cast<std::size_t>(sent);
    for (iovec& part : parts) {
      std::size_t used = std::min(part.iov_len, static_cast<std::size_t>(sent));
      part.iov_base = static_cast<char*>(part.iov_base) + used;
      part.iov_len -= used;
      sent -= static_cast<ssize_t>(used);
    }
  }
  return Io::ok;
}

Io FrameReader::fill(char* into, std::size_t size, std::size_t& have, const WaitFor& wait) {
  while (have < size) {
    ssize_t got = ::recv(fd_, into + have, size - have, 0);
    if (got == 0) return Io::closed;
    if (got < 0) {
      if (errno == EINTR) continue;
      if (!would_block(errno)) return Io::closed;
      if (!wait || !wait(false)) return Io::gave_up;
      continue;
    }
    have += static_cast<std::size_t>(got);
  }
  return Io::ok;
}

Io FrameReader::read(Frame& frame, const WaitFor& wait) {
  if (header_have_ < kFrameHeader) {
    if (Io io = fill(header_, kFrameHeader, header_have_, wait); io != Io::ok) return io;
    std::size_t size = load_size(header_);
    if (size > kMaxFrame) return Io::closed;
    payload_.resize(size);
    payload_have_ = 0;
  }
  if (Io io = fill(payload_.data(), payload_.size(), payload_have_, wait); io != Io::ok) return io;
  frame.type = static_cast<FrameType>(header_[4]);
  frame.payload = std::move(payload_);
  payload_.clear();
  header_have_ = 0;
  return Io::ok;
}

}  // namespace boathouse::engine
