// SPDX-License-Identifier: Apache-2.0
// What a client that has a thing, or a part of it, may ask: only if it changed (RFC 9110 13), and only the rest (14). For
// every answer to GET and HEAD whose bytes have an ETag. Pure, any thread.
//
//   return net::conditional_response(request, {.etag = "\"..\"", .modified = at}, std::move(file), "application/..");
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "net/request.h"
#include "net/response.h"

namespace boathouse::net {

// What names the bytes of an answer.
struct Validators {
  std::string etag;  // strong: with its quotes, another for every other byte
  std::optional<base::Micros> modified{};
};

// How a request for `whole` bytes is to be answered: 200, 206, 304, 412 or 416, and with which of them.
struct Selection {
  int status = 200;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // 0 where there is nothing to send
  std::uint64_t whole = 0;
};

// Looks at If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, and for GET at Range with If-Range. What
// cannot be read is passed over, as is a range of another unit; of several ranges the whole is sent.
Selection select_part(const Request& request, const Validators& validators, std::uint64_t whole);

// Whether the client has these bytes: it is answered 304.
bool is_known(const Request& request, const Validators& validators);

// Status, ETag, Last-Modified, Accept-Ranges, Content-Range on an answer whose body is the selected part.
void tell_part(Response& response, const Validators& validators, const Selection& selection);

// Both, for a file: `whole` is all of it.
Response conditional_response(const Request& request, const Validators& validators, FileBody whole,
                              std::string content_type);

}  // namespace boathouse::net
