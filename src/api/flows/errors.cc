// SPDX-License-Identifier: Apache-2.0
#include "api/flows/errors.h"

#include <boost/json/value.hpp>

namespace boathouse::api::flows {
namespace {

using base::Error;
using base::ErrorKind;

// What the request is about is named in it, so this door says 400 where others say 404 or 409; a path that nobody serves is
// 404 here too.
int status_for(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::already_exists:
    case ErrorKind::conflict: return 400;
    case ErrorKind::not_found: return error.code().starts_with("invalid-") ? 400 : 404;
    default: return net::status_of(error);
  }
}

std::string message_of(const Error& error) {
  if (error.kind() == ErrorKind::internal) return "Internal server error";
  return error.kind() == ErrorKind::unauthenticated ? "Unauthorized" : error.message();
}

}  // namespace

net::Response render_error(const net::Request&, const Error& error) {
  net::Response response = net::json_response(status_for(error), boost::json::object{{"error", message_of(error)}});
  net::add_error_headers(response, error);
  return response;
}

}  // namespace boathouse::api::flows
