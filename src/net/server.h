// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 server (RFC 9112, strict): one accept loop, `threads` I/O threads, each connection on one of them for
// life. Handlers run as coroutines on those threads; blocking work goes to the pool.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "net/metrics.h"
#include "net/request.h"
#include "net/router.h"

namespace boathouse::net {

struct Timeouts {
  std::chrono::milliseconds headers{10'000};  // from a request's first byte to the end of its head; TLS handshake too
  std::chrono::milliseconds body_grace{10'000};  // a body may be slower than body_bytes_per_second for so long in all
  std::uint64_t body_bytes_per_second = 1024;
  std::chrono::milliseconds body_idle{60'000};  // and never be silent for longer than this
  std::chrono::milliseconds idle{75'000};       // a kept-alive connection without a request
  std::chrono::milliseconds write{60'000};      // an answer of which the client takes nothing
};

struct ServerLimits {
  std::size_t header_bytes = 64 << 10;  // 431 past it
  std::size_t header_count = 100;       // 431
  std::size_t target_bytes = 16 << 10;  // 414
  std::size_t connections = 4096;       // 503
  BodyLimits body;                      // 413
  // Paths that begin with one of these may have "." and ".." as segments: names like any other. Elsewhere 400.
  std::vector<std::string> dots_allowed = {};
};

struct ServerOptions {
  std::string listen = "127.0.0.1:8000";  // "[::1]:8000", "localhost:0", ":8000" (every address)
  std::size_t threads = 0;                // 0: as many as there are cores
  std::string tls_cert = {};              // PEM files, the certificate with its chain; both or neither
  std::string tls_key = {};
  std::vector<std::string> cors_origins = {};  // compared exactly
  Timeouts timeouts = {};
  ServerLimits limits = {};
  Metrics* metrics = nullptr;  // not owned, outlives the server; none: nothing is counted
};

// Throws Error{invalid_argument} unless `listen` names an address of this machine: what start() would say, but for a port
// that is taken.
void check_listen_address(const std::string& listen);

class Server {
 public:
  // Router and pool outlive the server; routes are added before start(). From here on the process ignores SIGPIPE: a peer
  // that left shows in what a write answers.
  Server(const Router& router, base::ThreadPool& pool, ServerOptions options);
  // Stops with no patience.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and serves; returns the bound address ("127.0.0.1:8000"). Throws Error{unavailable} when the address cannot
  // be bound, Error{invalid_argument} when it or the TLS files are wrong. Once.
  std::string start();

  // Accepts no more, closes idle connections, lets running requests finish for up to `patience`, then breaks them off;
  // returns when no handler runs any more (work already on the pool is waited for). Idempotent; not from a handler.
  void stop(std::chrono::milliseconds patience);

  // Connections now open.
  std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace boathouse::net
