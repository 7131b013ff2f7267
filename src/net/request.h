// SPDX-License-Identifier: Apache-2.0
// What a handler sees of one HTTP request, and the body that it has not read yet. A request lives on its connection's
// I/O thread, is owned by the connection and valid until its handler returned.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "net/headers.h"

namespace boathouse::net {

// Past any of these a body is refused with Error{too_large}.
struct BodyLimits {
  std::uint64_t max_bytes = std::uint64_t{64} << 30;   // after Content-Encoding is undone
  std::uint64_t max_ratio = 200;                       // unfolded bytes for each byte received ...
  std::uint64_t ratio_floor = std::uint64_t{4} << 20;  // ... once so many bytes are unfolded
  bool as_sent = false;  // a Content-Encoding is the caller's to know; nothing is unfolded
};

// Takes the next bytes of a body; may throw base::Error, which ends the reading and comes out of receive().
using ChunkConsumer = std::function<void(std::string_view)>;

// Where a body comes from: a connection, or (in tests of handlers) a text. Implementations are used from one thread.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  virtual boost::asio::awaitable<void> receive(const ChunkConsumer& consumer, const BodyLimits& limits) = 0;
  virtual boost::asio::awaitable<std::string> text(std::size_t max_bytes) = 0;
};

// A body can be read once; a second reading is Error{internal}. Reading fails with too_large (a limit), timeout (a slow
// client), invalid_argument (broken framing or compression, a client that went away), unsupported_media (an unknown
// Content-Encoding).
class Body {
 public:
  // Empty.
  Body() = default;
  // For tests of handlers: consumers run on the calling thread.
  explicit Body(std::string text);
  // As the server makes it. `content_length` is the announced length on the wire, none for chunked bodies.
  Body(std::unique_ptr<BodyReader> reader, std::optional<std::uint64_t> content_length, BodyLimits limits)
      : reader_(std::move(reader)), content_length_(content_length), limits_(limits) {}

  // The announced length (0 without a body, none for a chunked one), before any Content-Encoding is undone.
  std::optional<std::uint64_t> content_length() const { return content_length_; }
  // The server's own limits; what receive() uses unless told otherwise.
  const BodyLimits& limits() const { return limits_; }

  // Reads all of it in pieces of up to about 1 MiB, unfolded, and gives them to the consumer on the blocking pool, in
  // order, one at a time, while the next piece is read from the socket. The consumer is never running once this
  // returned or threw. Call as `co_await body.receive(consumer, limits)` with named arguments that outlive it.
  boost::asio::awaitable<void> receive(const ChunkConsumer& consumer, const BodyLimits& limits);
  boost::asio::awaitable<void> receive(const ChunkConsumer& consumer);

  // All of a small body, unfolded; Error{too_large} past `max_bytes`. Does not leave the I/O thread unless compressed.
  boost::asio::awaitable<std::string> text(std::size_t max_bytes);

 private:
  std::unique_ptr<BodyReader> reader_;
  std::optional<std::uint64_t> content_length_ = 0;
  BodyLimits limits_;
};

struct Request {
  std::string method;     // as sent: "GET"; "HEAD" also where a GET handler answers it
  std::string target;     // as sent, less scheme and authority: path and query, still encoded
  std::string path;       // the path of it, still encoded
  std::string raw_query;  // what follows '?', still encoded
  // Percent-decoded, split at unencoded slashes only; UTF-8; never "." or ".." but where ServerLimits allow them. Of "/a%2Fb/c/": {"a/b", "c"}.
  std::vector<std::string> segments;
  bool trailing_slash = false;
  NamedValues query;
  Headers headers;
  NamedValues params;  // the route's captures
  std::string route;   // the matched pattern, empty before there is one
  std::string request_id;
  std::string traceparent;     // W3C: the caller's trace id or a new one, with a fresh parent id; to be sent onwards
  std::string remote_address;  // IP address without the port
  int http_minor = 1;          // HTTP/1.<this>
  bool secure = false;
  // Requested once nobody waits for the answer any more: the client has closed its side, or the server breaks off.
  std::stop_token abandoned;
  Body body;

  // A capture that the route's pattern names; Error{internal} for any other name.
  const std::string& param(std::string_view name) const;
};

}  // namespace boathouse::net
