// SPDX-License-Identifier: Apache-2.0
// The grammar of multipart/form-data over bytes that come in pieces of any size. Internal to net; one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "net/multipart.h"

namespace boathouse::net {

// --boundary CRLF header-lines CRLF content CRLF --boundary ... --boundary-- epilogue
class MultipartParser {
 public:
  // The consumer outlives it.
  MultipartParser(const std::string& boundary, const MultipartLimits& limits, MultipartConsumer& consumer);

  void feed(std::string_view bytes);
  // The body has ended; Error{invalid_argument} when the form has not.
  void finish() const;

 private:
  enum class At { preamble, after_boundary, header, content, epilogue };

  // Each takes what it can from `rest_` and returns false when it needs more bytes.
  bool step();
  bool skip_preamble();
  bool take_boundary_end();
  bool take_header();
  bool take_content();
  void begin_part(std::string_view header);
  void pass_on(std::string_view content);

  const std::string delimiter_;  // CRLF -- boundary
  const MultipartLimits limits_;
  MultipartConsumer& consumer_;
  At at_ = At::preamble;
  std::string held_;       // bytes that could not be judged yet: less than a delimiter or a part's header
  std::string_view rest_;  // what is left of held_ and the newest bytes
  std::size_t parts_ = 0;
  bool is_field_ = false;
  bool content_begun_ = false;
  std::size_t field_bytes_ = 0;
};

// The boundary that a request's Content-Type names. Error{unsupported_media}, Error{invalid_argument}.
std::string boundary_of(const Headers& headers);

}  // namespace boathouse::net
