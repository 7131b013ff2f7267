// SPDX-License-Identifier: Apache-2.0
// multipart/form-data (RFC 7578) as browsers, curl and Python send it, streamed: nothing is held but one part's header.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/request.h"

namespace boathouse::net {

struct PartHeader {
  std::string name;                     // UTF-8
  std::optional<std::string> filename;  // a file when present, else a field; UTF-8, as sent: never a path to open
  std::string content_type;             // as sent, empty when absent
};

// Called on the blocking pool, in order, one call at a time. Every call may throw base::Error, which ends the reading
// and comes out of receive_multipart().
class MultipartConsumer {
 public:
  virtual ~MultipartConsumer() = default;
  virtual void begin_part(const PartHeader& part) = 0;
  virtual void data(std::string_view bytes) = 0;
  virtual void end_part() = 0;
};

// Past any of these: Error{too_large}.
struct MultipartLimits {
  std::size_t max_parts = 100;
  std::size_t max_part_header_bytes = 16 << 10;
  std::size_t max_field_bytes = 1 << 20;  // of a part without a file name
  BodyLimits body;                        // of the whole
};

// Reads the request's body as a form. Error{unsupported_media} when its Content-Type is no multipart/form-data,
// Error{invalid_argument} that says what is wrong (no boundary, LF-only lines, a missing end, a part without a name),
// and whatever Body::receive() throws.
boost::asio::awaitable<void> receive_multipart(Request& request, const MultipartLimits& limits,
                                               MultipartConsumer& consumer);

}  // namespace boathouse::net
