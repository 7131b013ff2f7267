// SPDX-License-Identifier: Apache-2.0
#include "net/errors.h"

#include <boost/json/value.hpp>

namespace boathouse::net {
namespace {

using base::ErrorKind;

int status_of_kind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument: return 400;
    case ErrorKind::unauthenticated: return 401;
    case ErrorKind::permission_denied: return 403;
    case ErrorKind::not_found: return 404;
    case ErrorKind::already_exists:
    case ErrorKind::conflict: return 409;
    case ErrorKind::too_large: return 413;
    case ErrorKind::unsupported_media: return 415;
    case ErrorKind::unprocessable: return 422;
    case ErrorKind::too_many_requests: return 429;
    case ErrorKind::timeout: return 408;
    case ErrorKind::cancelled: return 409;
    case ErrorKind::storage_full: return 507;
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome: return 503;
    case ErrorKind::internal: return 500;
  }
  return 500;
}

}  // namespace

int status_of(const base::Error& error) {
  std::string_view code = error.code();
  if (code == kMethodNotAllowed) return 405;
  if (code == kNotAcceptable) return 406;
  if (code == kUriTooLong) return 414;
  if (code == kHeadersTooLarge) return 431;
  if (code == kExpectationFailed) return 417;
  if (code == kVersionNotSupported) return 505;
  return status_of_kind(error.kind());
}

Response render_problem(const Request& request, const base::Error& error) {
  int status = status_of(error);
  boost::json::object problem = error.kind() == ErrorKind::internal ? boost::json::object() : error.detail();
  problem["type"] = "/docs/errors/" + std::string(error.code());
  problem["title"] = reason_phrase(status);
  problem["status"] = status;
  problem["detail"] = error.kind() == ErrorKind::internal
                          ? "Something went wrong in the server; its log has the details under this request id."
                          : error.message();
  if (!request.path.empty()) problem["instance"] = request.path;
  problem["request_id"] = request.request_id;
  Response response = json_response(status, problem);
  response.headers.set("Content-Type", "application/problem+json");
  add_error_headers(response, error);
  return response;
}

void add_error_headers(Response& response, const base::Error& error) {
  if (response.status == 401) response.headers.set("WWW-Authenticate", "Bearer realm=\"boathouse\"");
  if (const auto* seconds = error.detail().if_contains("retry_after"); seconds && seconds->is_number()) {
    response.headers.set("Retry-After", std::to_string(seconds->to_number<std::int64_t>()));
  }
  if (const auto* allow = error.detail().if_contains("allow"); allow && allow->is_string()) {
    response.headers.set("Allow", std::string(allow->as_string()));
  }
}

}  // namespace boathouse::net
