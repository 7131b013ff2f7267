// SPDX-License-Identifier: Apache-2.0
// The bytes of one message's body off the wire: by length, by chunks or until the peer closes, within time limits.
// Internal to net; used on the connection's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <span>

#include "net/message_parser.h"
#include "net/request_head.h"
#include "net/server.h"
#include "net/transport.h"

namespace boathouse::net {

class BodyStream {
 public:
  // All of them outlive it. `buffer` holds what was read past the head, and afterwards what follows the body.
  BodyStream(Transport& transport, boost::beast::flat_buffer& buffer, MessageParser& parser, const Timeouts& timeouts,
             Framing framing);

  // Fills `into`, less only where the body ends. Sends "100 Continue" first where the peer waits for it. Throws Error:
  // timeout, invalid_argument (chunk syntax, or with code kConnectionClosed).
  asio::awaitable<std::size_t> fill(std::span<char> into);

  // Nothing more of the body is to come.
  bool finished() const;
  // What is left is known and within `bytes`, and the peer is sending it.
  bool leaves_at_most(std::uint64_t bytes) const;

 private:
  asio::awaitable<std::size_t> read_wire(asio::mutable_buffer into, bool may_end);
  asio::awaitable<std::size_t> read_plain(std::span<char> into);
  asio::awaitable<std::size_t> read_chunked(std::span<char> into);
  Milliseconds patience() const;

  Transport& transport_;
  boost::beast::flat_buffer& buffer_;
  MessageParser& parser_;
  const Timeouts& timeouts_;
  const bool chunked_;
  const bool until_close_;
  std::uint64_t left_;  // of a body with a length
  bool owes_continue_;
  bool failed_ = false;
  bool closed_ = false;
  std::uint64_t received_ = 0;
  SteadyTime::duration waited_{};
};

}  // namespace boathouse::net
