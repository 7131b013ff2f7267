// SPDX-License-Identifier: Apache-2.0
// One connection: its requests one after the other (pipelined ones wait in the buffer), each read, answered, written
// and logged. Internal to net; everything on the thread of its transport.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <stop_token>
#include <string>

#include "base/time.h"
#include "net/body_stream.h"
#include "net/dispatch.h"
#include "net/response_writer.h"
#include "net/server.h"
#include "net/transport.h"

namespace boathouse::net {

// What all connections of a server share. Constant but for `draining`, which any thread may set.
struct SessionContext {
  const Dispatcher& dispatcher;
  base::ThreadPool& pool;
  const ServerOptions& options;
  bool secure = false;
  std::atomic<bool> draining = false;
};

class Session {
 public:
  Session(SessionContext& context, std::unique_ptr<Transport> transport, std::string remote_address);

  // Until the connection is done with. Throws nothing that a peer can cause.
  asio::awaitable<void> run();
  // Says 503 instead, for a connection too many.
  asio::awaitable<void> refuse();

  // Ends it now if it waits for a request; else its next answer is the last.
  void drain();
  // Ends it now. A handler that runs is told by its request, its answer goes nowhere.
  void abort();

 private:
  struct Exchange;

  asio::awaitable<bool> serve_one();
  asio::awaitable<bool> read_head(Exchange& exchange);
  asio::awaitable<bool> read_more(bool nothing_yet, SteadyTime deadline);
  void admit(Exchange& exchange);
  asio::awaitable<bool> deliver(Exchange& exchange, Response& response);
  asio::awaitable<bool> finish_body(Exchange& exchange);
  asio::awaitable<void> linger(Milliseconds patience);
  void record(const Exchange& exchange, int status) const;

  SessionContext& context_;
  const std::unique_ptr<Transport> transport_;
  const std::string remote_address_;
  boost::beast::flat_buffer buffer_;
  std::stop_source abandoned_;  // one for all requests: a peer that has left does not come back
  bool idle_ = false;
  bool closed_ = false;
};

}  // namespace boathouse::net
