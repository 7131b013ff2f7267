// SPDX-License-Identifier: Apache-2.0
#include "net/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/encoding.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/random.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

Error bad_request(std::string message) { return Error(ErrorKind::invalid_argument, std::move(message)); }

// "http://host/path?q" (as proxies send it) becomes "/path?q".
std::string origin_form(const std::string& target) {
  if (target == "*" || target.starts_with('/')) return target;
  std::string lowered = base::fold_case(std::string_view(target).substr(0, 8));
  std::size_t skip = lowered.starts_with("http://") ? 7 : lowered.starts_with("https://") ? 8 : 0;
  if (skip == 0) throw bad_request("the request target must be a path that begins with '/'");
  std::size_t end = target.find_first_of("/?", skip);
  if (end == std::string::npos) return "/";
  return target[end] == '?' ? "/" + target.substr(end) : target.substr(end);
}

void check_target_characters(std::string_view target) {
  bool fine = std::none_of(target.begin(), target.end(),
                           [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#'; });
  if (!fine) throw bad_request("the request target holds a space, a control character or '#'");
}

// Bytes beyond ASCII as RFC 3986 wants them, so that whatever tells of the path (errors, the log) is valid UTF-8.
std::string escape_beyond_ascii(std::string_view path) {
  std::string out;
  for (char c : path) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      out += base::percent_encode(std::string_view(&c, 1));
    }
  }
  return out;
}

// Escaped slashes are looked through, so that "..%2Fx" is refused like "../x".
bool climbs(std::string_view segment) {
  while (true) {
    std::size_t slash = segment.find('/');
    std::string_view step = segment.substr(0, slash);
    if (step == "." || step == "..") return true;
    if (slash == std::string_view::npos) return false;
    segment.remove_prefix(slash + 1);
  }
}

std::string decode_segment(std::string_view raw, bool dots_allowed) {
  auto decoded = base::percent_decode(raw);
  if (!decoded) throw bad_request("a '%' in the path is not followed by two hex digits");
  if (decoded->find('\0') != std::string::npos) throw bad_request("the path holds a NUL byte");
  if (!base::is_utf8(*decoded)) throw bad_request("the path is not valid UTF-8");
  if (!dots_allowed && climbs(*decoded)) throw bad_request("the path holds a '.' or '..' segment");
  return std::move(*decoded);
}

void read_path(const ServerLimits& limits, Request& request) {
  const bool dots_allowed = std::any_of(limits.dots_allowed.begin(), limits.dots_allowed.end(),
                                        [&](const std::string& prefix) { return request.path.starts_with(prefix); });
  std::string_view rest = request.path;
  rest.remove_prefix(1);
  while (!rest.empty()) {
    std::size_t slash = rest.find('/');
    request.segments.push_back(decode_segment(rest.substr(0, slash), dots_allowed));
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
    request.trailing_slash = rest.empty();
  }
}

void read_target(const std::string& sent, const ServerLimits& limits, Request& request) {
  if (sent.size() > limits.target_bytes) {
    throw bad_request("the request target is longer than " + std::to_string(limits.target_bytes) + " bytes")
        .code(std::string(kUriTooLong));
  }
  check_target_characters(sent);
  request.target = origin_form(sent);
  std::size_t question = request.target.find('?');
  request.path = escape_beyond_ascii(std::string_view(request.target).substr(0, question));
  if (request.path != "*") read_path(limits, request);
  if (question == std::string::npos) return;
  request.raw_query = request.target.substr(question + 1);
  request.query = parse_form(request.raw_query);
}

void check_host(const Request& request) {
  std::size_t count = request.headers.count("Host");
  if (count > 1) throw bad_request("the request has more than one Host header");
  if (count == 0 && request.http_minor == 1) throw bad_request("an HTTP/1.1 request needs a Host header");
  std::string_view host = request.headers.get("Host");
  static constexpr std::string_view kAllowed = "-._~!$&'()*+;=:[]%";  // RFC 3986 host and port, no comma: no lists
  bool fine = std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || kAllowed.find(c) != std::string_view::npos;
  });
  if (!fine) throw bad_request("the Host header is malformed");
}

std::uint64_t read_content_length(const MessageParser& parser, std::string_view value) {
  bool digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || !parser.content_length()) throw bad_request("the Content-Length header is no number");
  return *parser.content_length();
}

Framing read_framing(const MessageParser& parser, const Request& request) {
  const Headers& headers = request.headers;
  std::size_t lengths = headers.count("Content-Length");
  std::size_t codings = headers.count("Transfer-Encoding");
  if (lengths > 1) throw bad_request("the request has more than one Content-Length header");
  if (lengths > 0 && codings > 0) throw bad_request("the request has both Content-Length and Transfer-Encoding");
  Framing framing;
  if (lengths == 1) framing.length = read_content_length(parser, headers.get("Content-Length"));
  if (codings > 0) {
    if (codings > 1 || !equals_ignoring_case(headers.get("Transfer-Encoding"), "chunked") || !parser.chunked()) {
      throw bad_request("the only Transfer-Encoding understood is a single 'chunked'");
    }
    if (request.http_minor == 0) throw bad_request("HTTP/1.0 has no Transfer-Encoding");
    framing.length = std::nullopt;
    framing.chunked = true;
  }
  if (const std::string* expect = headers.find("Expect"); expect && request.http_minor == 1) {
    if (!equals_ignoring_case(*expect, "100-continue")) {
      throw bad_request("the only expectation understood is 100-continue").code(std::string(kExpectationFailed));
    }
    framing.expects_continue = true;
  }
  return framing;
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

constexpr std::size_t kTraceBytes = 16;
constexpr std::size_t kParentBytes = 8;

// version "-" trace-id "-" parent-id "-" flags; a later version may say more after another dash.
bool is_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  if (text.substr(0, 2) == "00" ? text.size() != 55 : text.size() > 55 && text[55] != '-') return false;
  std::string_view trace = text.substr(3, 32);
  std::string_view parent = text.substr(36, 16);
  return is_lower_hex(text.substr(0, 2)) && text.substr(0, 2) != "ff" && is_lower_hex(trace) && !is_zero(trace) &&
         is_lower_hex(parent) && !is_zero(parent) && is_lower_hex(text.substr(53, 2));
}

}  // namespace

Framing read_head(MessageParser& parser, const ServerLimits& limits, Request& request) {
  request.method = parser.method;
  request.http_minor = parser.minor;
  request.headers = std::move(parser.headers);
  request.request_id = choose_request_id(request.headers);
  if (parser.folded) throw bad_request("a header line begins with a blank: each header is one line");
  request.traceparent = continue_trace(request.headers);
  read_target(parser.target, limits, request);
  if (request.headers.items.size() > limits.header_count) {
    throw bad_request("the request has more than " + std::to_string(limits.header_count) + " header fields")
        .code(std::string(kHeadersTooLarge));
  }
  check_host(request);
  return read_framing(parser, request);
}

std::string choose_request_id(const Headers& headers) {
  static constexpr std::string_view kOthers = "._:-";
  std::string_view sent = headers.get("X-Request-Id");
  bool fine = !sent.empty() && sent.size() <= 128 && std::all_of(sent.begin(), sent.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || kOthers.find(c) != std::string_view::npos;
  });
  return fine ? std::string(sent) : base::uuid_v7();
}

std::string continue_trace(const Headers& headers) {
  std::array<std::uint8_t, kTraceBytes + kParentBytes> random{};
  base::random_bytes(random);
  std::string fresh = base::to_hex(std::string_view(reinterpret_cast<const char*>(random.data()), random.size()));
  std::string_view sent = headers.get("traceparent");
  bool usable = headers.count("traceparent") == 1 && is_traceparent(sent);
  std::string_view trace =
      usable ? sent.substr(3, 2 * kTraceBytes) : std::string_view(fresh).substr(0, 2 * kTraceBytes);
  std::string_view parent = std::string_view(fresh).substr(2 * kTraceBytes);
  std::string_view flags = usable ? sent.substr(53, 2) : "00";
  return fmt::format("00-{}-{}-{}", trace, parent, flags);
}

}  // namespace boathouse::net
