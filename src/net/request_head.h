// SPDX-License-Identifier: Apache-2.0
// From a parsed head to a Request: everything that RFC 9110 and 9112 leave to the receiver to refuse. Internal to net.
#pragma once

#include <optional>
#include <string>

#include "net/message_parser.h"
#include "net/request.h"
#include "net/server.h"

namespace boathouse::net {

// How a body is delimited on the wire.
struct Framing {
  std::optional<std::uint64_t> length = 0;  // none: chunked, or until the peer closes
  bool chunked = false;
  bool expects_continue = false;
};

// Fills method, target, path, segments, query, headers. Throws Error (400, 414, 417, 431) at the first thing that is
// wrong, with what came before it filled in, so that the error can be rendered for its path.
Framing read_head(MessageParser& parser, const ServerLimits& limits, Request& request);

// The caller's X-Request-Id where it is 1 to 128 of [A-Za-z0-9._:-], else a new UUID.
std::string choose_request_id(const Headers& headers);
// A W3C traceparent with the caller's trace id where it sent a well-formed one, else a new one; a fresh parent id.
std::string continue_trace(const Headers& headers);

}  // namespace boathouse::net
