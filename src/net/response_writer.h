// SPDX-License-Identifier: Apache-2.0
// Puts a Response on the wire. Internal to net; used on the connection's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "base/thread_pool.h"
#include "net/response.h"
#include "net/transport.h"

namespace boathouse::net {

struct Delivery {
  bool head_only = false;   // the answer to a HEAD
  bool keep_alive = false;  // as far as the request goes
  int minor = 1;
  std::string_view request_id;
  Milliseconds write_timeout{};
};

class ResponseWriter {
 public:
  // Transport and pool outlive it.
  ResponseWriter(Transport& transport, base::ThreadPool& pool);
  ~ResponseWriter();

  // Checks the headers and pulls the first piece of a streamed body, while an error can still become an answer of its
  // own: throws Error{internal} for a header that cannot be sent, and what the source throws. May be called again then.
  asio::awaitable<void> prepare(Response& response, const Delivery& delivery);

  // Sends it. False when the connection is of no more use: the peer went away or took nothing, or the source failed
  // midway (then `failure` says so) and the peer must see a truncated answer.
  asio::awaitable<bool> send(const Delivery& delivery);

  bool keeps_alive() const { return keep_alive_; }
  std::exception_ptr failure() const { return failure_; }

 private:
  struct Pump;
  std::string make_head(const Response& response, const Delivery& delivery) const;
  asio::awaitable<bool> send_pumped(const Delivery& delivery);
  asio::awaitable<bool> send_pieces(const Delivery& delivery);
  asio::awaitable<bool> send_stretches(const Delivery& delivery);
  asio::awaitable<bool> send_piece(std::string_view piece, Milliseconds timeout);

  Transport& transport_;
  base::ThreadPool& pool_;
  std::string head_;
  std::string text_;
  std::optional<std::uint64_t> length_;
  bool has_body_ = false;
  bool chunked_ = false;
  bool keep_alive_ = false;
  std::unique_ptr<Pump> pump_;
  std::exception_ptr failure_;
};

}  // namespace boathouse::net
