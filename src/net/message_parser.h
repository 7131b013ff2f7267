// SPDX-License-Identifier: Apache-2.0
// HTTP/1 syntax: heads and chunked bodies, by Beast's parser, which this file keeps out of everybody else's compile
// time. Internal to net.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/headers.h"

namespace boathouse::net {

class MessageParser {
 public:
  virtual ~MessageParser() = default;

  // Takes bytes and returns how many it used. While the head is not done, `ec` is need_more until it is whole; the call
  // that completes the head uses nothing of the body. Afterwards (chunked bodies only) content goes to `into`.
  virtual std::size_t put(std::span<const char> bytes, boost::system::error_code& ec) = 0;
  virtual bool head_done() const = 0;
  virtual bool done() const = 0;
  virtual bool chunked() const = 0;
  virtual bool keep_alive() const = 0;
  virtual std::optional<std::uint64_t> content_length() const = 0;

  // Filled while the head is read; a broken head leaves what came before the break.
  std::string method;
  std::string target;
  int minor = 1;
  int status = 0;
  Headers headers;
  bool folded = false;  // a header line goes on in the next one, which begins with a blank (RFC 9112, obs-fold)

  // Where the content of chunks goes; what is used is cut off its front.
  std::span<char> into;
};

std::unique_ptr<MessageParser> make_request_parser(std::size_t header_limit);
std::unique_ptr<MessageParser> make_response_parser(std::size_t header_limit, bool head_request);

// What `put` may say beside failing.
bool is_need_more(const boost::system::error_code& ec);
bool is_header_limit(const boost::system::error_code& ec);
bool is_bad_version(const boost::system::error_code& ec);

}  // namespace boathouse::net
