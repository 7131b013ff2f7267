// SPDX-License-Identifier: Apache-2.0
// A small blocking HTTP(S) client, for the command line and for what the house tells others: one request, one connection, no redirects. Any thread; each
// call is on its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "net/headers.h"

namespace boathouse::net {

struct UploadFile {
  std::filesystem::path path;
  // Told after each piece how many bytes are sent, of how many. On the calling thread.
  std::function<void(std::uint64_t sent, std::uint64_t length)> on_sent = {};
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http://host[:port]/path?query or https://...
  Headers headers = {};
  std::variant<std::string, UploadFile> body = {};  // a text, or a file that is streamed
};

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{10'000};  // name look-up, TCP and TLS
  std::chrono::milliseconds idle_timeout{3'600'000};  // silence of the server: long uploads answer late
  std::string ca_file = {};                           // PEM; the system's own when empty
  bool verify_tls = true;
  std::uint64_t max_body = std::uint64_t{1} << 30;  // of an answer without a sink
  // Error{invalid_argument} where the name leads to none but addresses of this machine, of private networks and the like.
  bool public_addresses_only = false;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;  // empty where a sink took it
};

// Takes the next bytes of an answer with a 2xx status; may throw.
using ResponseSink = std::function<void(std::string_view)>;

// Any status is an answer. Throws Error{unavailable} that names host and port when the server cannot be reached or
// breaks off, Error{timeout}, Error{invalid_argument} for a URL that is none, Error{too_large} for an answer over `max_body`
// without a sink, and what the sink throws.
ClientResponse fetch(const ClientRequest& request, const ClientOptions& options = {}, const ResponseSink& sink = {});

}  // namespace boathouse::net
