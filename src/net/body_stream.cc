// SPDX-License-Identifier: Apache-2.0
#include "net/body_stream.h"

#include <cstring>

#include "base/error.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kChunkedReadBytes = 64 << 10;

}  // namespace

BodyStream::BodyStream(Transport& transport, boost::beast::flat_buffer& buffer, MessageParser& parser,
                       const Timeouts& timeouts, Framing framing)
    : transport_(transport),
      buffer_(buffer),
      parser_(parser),
      timeouts_(timeouts),
      chunked_(framing.chunked),
      until_close_(!framing.chunked && !framing.length),
      left_(framing.length.value_or(0)),
      owes_continue_(framing.expects_continue) {}

bool BodyStream::finished() const {
  if (failed_) return false;
  if (chunked_) return parser_.done();
  return until_close_ ? closed_ : left_ == 0;
}

bool BodyStream::leaves_at_most(std::uint64_t bytes) const {
  return finished() || (!failed_ && !owes_continue_ && !chunked_ && !until_close_ && left_ <= bytes);
}

asio::awaitable<std::size_t> BodyStream::fill(std::span<char> into) {
  if (owes_continue_) {
    owes_continue_ = false;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    // A failed write shows in the read that follows.
    error_code ignored;
    if (buffer_.size() == 0) co_await transport_.write(kContinue, {}, {}, timeouts_.write, ignored);
  }
  std::size_t have = 0;
  while (have < into.size() && !finished()) {
    std::span<char> room = into.subspan(have);
    std::size_t got = 0;
    // Not one conditional expression: GCC 12 awaits both of its branches.
    if (chunked_) {
      got = co_await read_chunked(room);
    } else {
      got = co_await read_plain(room);
    }
    have += got;
  }
  co_return have;
}

// A slow peer has used up its patience when it has made us wait for longer than the grace and the time that its bytes
// are worth. Only time spent waiting for it counts, not time in which we were busy.
Milliseconds BodyStream::patience() const {
  if (timeouts_.body_bytes_per_second == 0) return timeouts_.body_idle;
  Milliseconds earned(received_ * 1000 / timeouts_.body_bytes_per_second);
  auto left = timeouts_.body_grace + earned - std::chrono::duration_cast<Milliseconds>(waited_);
  return std::clamp(left, Milliseconds(0), timeouts_.body_idle);
}

asio::awaitable<std::size_t> BodyStream::read_wire(asio::mutable_buffer into, bool may_end) {
  SteadyTime begun = std::chrono::steady_clock::now();
  error_code ec;
  std::size_t got = co_await transport_.read_some(into, patience(), ec);
  waited_ += std::chrono::steady_clock::now() - begun;
  received_ += got;
  if (got > 0) co_return got;
  if (may_end && ec == asio::error::eof) {
    closed_ = true;
    co_return 0;
  }
  failed_ = true;
  if (ec == asio::error::timed_out) throw Error(ErrorKind::timeout, "the body came too slowly");
  throw Error(ErrorKind::invalid_argument, "the connection was closed in the middle of the body")
      .code(std::string(kConnectionClosed));
}

asio::awaitable<std::size_t> BodyStream::read_plain(std::span<char> into) {
  std::size_t want = until_close_ ? into.size() : static_cast<std::size_t>(std::min<std::uint64_t>(left_, into.size()));
  std::size_t got = std::min(want, buffer_.size());
  if (got > 0) {
    std::memcpy(into.data(), buffer_.data().data(), got);
    buffer_.consume(got);
  } else {
    asio::mutable_buffer room(into.data(), want);
    got = co_await read_wire(room, until_close_);
  }
  if (!until_close_) left_ -= got;
  co_return got;
}

asio::awaitable<std::size_t> BodyStream::read_chunked(std::span<char> into) {
  parser_.into = into;
  bool starved = buffer_.size() == 0;
  while (true) {
    if (starved) {
      if (buffer_.size() + kChunkedReadBytes > buffer_.max_size()) {
        failed_ = true;
        throw Error(ErrorKind::invalid_argument, "a chunk's header or the trailer of the body is too long");
      }
      asio::mutable_buffer room = buffer_.prepare(kChunkedReadBytes);
      std::size_t got = co_await read_wire(room, false);
      buffer_.commit(got);
    }
    error_code ec;
    auto bytes = buffer_.data();
    buffer_.consume(parser_.put(std::span(static_cast<const char*>(bytes.data()), bytes.size()), ec));
    starved = is_need_more(ec) || buffer_.size() == 0;
    if (ec && !is_need_more(ec)) {
      failed_ = true;
      throw Error(ErrorKind::invalid_argument, "the body's chunked encoding is broken");
    }
    std::size_t taken = into.size() - parser_.into.size();
    if (taken > 0 || parser_.done()) co_return taken;
  }
}

}  // namespace boathouse::net
