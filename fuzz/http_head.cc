// SPDX-License-Identifier: Apache-2.0
// A request's head as it comes off the wire, and the chunked body behind it; then what handlers read out of its headers.
// A byte of settings, then the bytes of a connection.
#include <array>

#include "base/encoding.h"
#include "fuzz/fuzz.h"
#include "net/multipart_parser.h"
#include "net/request_head.h"

namespace boathouse::fuzz {
namespace {

// Gives the parser all it wants in pieces, as a session does. False when the head is refused or not whole.
bool read_syntax(net::MessageParser& parser, std::string_view& bytes, std::size_t piece) {
  std::size_t seen = 0;
  while (!parser.head_done()) {
    boost::system::error_code failed;
    seen = std::min(seen + piece, bytes.size());
    std::string copy(bytes.substr(0, seen));
    std::size_t used = parser.put(copy, failed);
    require(used <= copy.size(), "no more is used than was given");
    bytes.remove_prefix(used);
    seen -= used;
    if (failed && !net::is_need_more(failed)) return false;
    if (!parser.head_done() && seen == bytes.size()) return false;
  }
  return true;
}

void read_chunks(net::MessageParser& parser, std::string_view bytes) {
  std::array<char, 16> room{};
  while (!parser.done() && !bytes.empty()) {
    boost::system::error_code failed;
    parser.into = room;
    std::string copy(bytes);
    std::size_t used = parser.put(copy, failed);
    bool stuck = used == 0 && parser.into.size() == room.size();
    if ((failed && !net::is_need_more(failed)) || stuck) return;
    bytes.remove_prefix(used);
  }
}

void check(const net::Request& request) {
  for (const std::string& segment : request.segments) {
    require(base::is_utf8(segment) && segment.find('\0') == segment.npos, "a segment is text");
    require(segment != "." && segment != "..", "no segment leads elsewhere");
  }
  for (const auto& [name, value] : request.headers.items) {
    require(net::is_token(name) && net::is_field_value(value), "headers are what RFC 9110 calls so");
    net::parse_parameterized(value);
  }
  require(net::is_field_value(net::choose_request_id(request.headers)), "a request id can be answered");
  require(net::continue_trace(request.headers).size() == 55, "a traceparent has its length");
  net::boundary_of(request.headers);
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  std::size_t piece = 1U + take_byte(bytes);
  net::ServerLimits limits{.header_bytes = 1024, .header_count = 8, .target_bytes = 256};
  auto parser = net::make_request_parser(limits.header_bytes);
  if (!read_syntax(*parser, bytes, piece)) return;
  net::Request request;
  net::Framing framing = net::read_head(*parser, limits, request);
  if (framing.chunked) read_chunks(*parser, bytes);
  check(request);
}

}  // namespace boathouse::fuzz
