// SPDX-License-Identifier: Apache-2.0
// From errors to answers. One renderer speaks for each path prefix (Router::render_errors); the default one writes
// RFC 9457 problems. Pure, any thread.
#pragma once

#include <functional>

#include "base/error.h"
#include "net/request.h"
#include "net/response.h"

namespace boathouse::net {

// Makes the answer for an error of net itself (limits, parsing, 404, 405) or one that left a handler. The request may
// be half known: a head that could not be parsed has neither path nor headers. Must not throw.
using ErrorRenderer = std::function<Response(const Request&, const base::Error&)>;

// The status of an error: by net's own codes below, else by its kind.
int status_of(const base::Error& error);

// application/problem+json {type,title,status,detail,instance,request_id} and the error's own facts. An internal error's
// message stays in the log.
Response render_problem(const Request& request, const base::Error& error);

// The headers that go with an error whatever its body says: WWW-Authenticate with 401, Retry-After for a fact `retry_after`
// (seconds), Allow for a fact `allow`.
void add_error_headers(Response& response, const base::Error& error);

// Codes of errors whose status no kind says.
inline constexpr std::string_view kMethodNotAllowed = "method-not-allowed";        // 405; fact `allow`
inline constexpr std::string_view kNotAcceptable = "not-acceptable";               // 406
inline constexpr std::string_view kUriTooLong = "uri-too-long";                    // 414
inline constexpr std::string_view kHeadersTooLarge = "headers-too-large";          // 431
inline constexpr std::string_view kExpectationFailed = "expectation-failed";       // 417
inline constexpr std::string_view kVersionNotSupported = "version-not-supported";  // 505
inline constexpr std::string_view kConnectionClosed = "connection-closed";         // 400, for clients that still listen

}  // namespace boathouse::net
