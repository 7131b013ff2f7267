// SPDX-License-Identifier: Apache-2.0
// For the tests of net only: a running server, and a client that says exactly the bytes it is told.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "net/server.h"

namespace boathouse::net::testing {

struct TestServer {
  base::ThreadPool pool;
  Router router;
  Metrics metrics;
  ServerOptions options;
  std::unique_ptr<Server> server;
  std::string address;

  explicit TestServer(std::size_t queue = 64) : pool(2, queue) {
    base::set_log_level(base::LogLevel::off);
    options.listen = "127.0.0.1:0";
    options.threads = 2;
    options.metrics = &metrics;
  }

  void start() {
    server = std::make_unique<Server>(router, pool, options);
    address = server->start();
  }
  std::string url(const std::string& target) const {
    return (options.tls_cert.empty() ? "http://" : "https://") + address + target;
  }
};

struct RawResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(const std::string& address) {
    std::size_t colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    addrinfo* found = nullptr;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0)
      throw std::runtime_error("address");
    fd_ = ::socket(found->ai_family, SOCK_STREAM, 0);
    timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int result = ::connect(fd_, found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    if (result != 0) throw std::runtime_error("cannot connect");
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the server no longer listens.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // Closes so that the server sees a reset.
  void reset() {
    linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

  // Everything until the server closes; `broken` where it reset the connection.
  std::string read_all(bool* broken = nullptr) {
    while (fill()) {
    }
    if (broken) *broken = errno_ != 0;
    return std::exchange(held_, {});
  }
  std::string read_until(std::string_view mark) {
    std::size_t at;
    while ((at = held_.find(mark)) == std::string::npos) {
      if (!fill()) return std::exchange(held_, {});
    }
    std::string out = held_.substr(0, at + mark.size());
    held_.erase(0, out.size());
    return out;
  }
  std::string read_exactly(std::size_t count) {
    while (held_.size() < count && fill()) {
    }
    std::string out = held_.substr(0, count);
    held_.erase(0, out.size());
    return out;
  }
  bool closed_by_server() { return held_.empty() && !fill(); }

  RawResponse read_response(bool head_only = false) {
    RawResponse out;
    std::string head = read_until("\r\n\r\n");
    if (head.size() < 12) return out;
    out.status = std::stoi(head.substr(9, 3));
    std::size_t at = head.find("\r\n") + 2;
    while (at + 2 < head.size()) {
      std::size_t end = head.find("\r\n", at);
      std::size_t colon = head.find(':', at);
      out.headers.add(head.substr(at, colon - at),
                      std::string(trim(std::string_view(head).substr(colon + 1, end - colon - 1))));
      at = end + 2;
    }
    if (head_only || out.status == 204 || out.status == 304 || out.status < 200) return out;
    if (out.headers.get("Transfer-Encoding") == "chunked") {
      while (true) {
        std::string size = read_until("\r\n");
        std::size_t count = size.empty() ? 0 : std::stoul(size, nullptr, 16);
        out.body += read_exactly(count);
        read_exactly(2);
        if (count == 0) return out;
      }
    }
    if (const std::string* length = out.headers.find("Content-Length")) {
      out.body = read_exactly(std::stoul(*length));
    } else {
      out.body = read_all();
    }
    return out;
  }

 private:
  bool fill() {
    char bytes[16384];
    ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    errno_ = got < 0 ? errno : 0;
    if (got <= 0) return false;
    held_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int fd_ = -1;
  int errno_ = 0;
  std::string held_;
};

// Says one request, expects the connection to be closed after the answer or not to matter.
inline RawResponse ask(const TestServer& server, const std::string& bytes) {
  RawClient client(server.address);
  client.send(bytes);
  return client.read_response();
}

// Runs a coroutine to its end on this thread; for what needs no connection.
template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context events;
  std::optional<T> result;
  std::exception_ptr error;
  boost::asio::co_spawn(events, std::move(work), [&](std::exception_ptr thrown, T value) {
    error = thrown;
    result = std::move(value);
  });
  events.run();
  if (error) std::rethrow_exception(error);
  return std::move(*result);
}

// The kind of what a call throws; fails the test when it throws nothing.
template <class F>
base::Error error_of(F call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return base::Error(base::ErrorKind::internal, "nothing");
}

}  // namespace boathouse::net::testing
