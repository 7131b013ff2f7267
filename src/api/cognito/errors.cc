// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/errors.h"

#include <array>
#include <boost/json/object.hpp>

namespace boathouse::api::cognito {
namespace {

using base::Error;
using base::ErrorKind;

struct Named {
  std::string_view code;
  std::string_view type;
};

// By code, where it says more than the kind.
constexpr std::array kByCode = {
    Named{kUnknownOperation, "UnknownOperationException"},
    Named{kBadSerialization, "SerializationException"},
    Named{"signature-missing", "MissingAuthenticationTokenException"},
    Named{"signature-malformed", "IncompleteSignatureException"},
    Named{"signature-mismatch", "InvalidSignatureException"},
    Named{"signature-expired", "InvalidSignatureException"},
    Named{"wrong-scope", "InvalidSignatureException"},
    Named{"unknown-access-key", "UnrecognizedClientException"},
    Named{"weak-password", "InvalidPasswordException"},
    Named{"group-exists", "GroupExistsException"},
    Named{"no-such-pool", "ResourceNotFoundException"},
    Named{"no-such-client", "ResourceNotFoundException"},
    Named{"no-such-group", "ResourceNotFoundException"},
};

// Password guesses are refused as Cognito does it: its clients would send a TooManyRequestsException again and again.
std::string_view too_many(const Error& error) {
  return error.detail().contains("retry_after") ? "NotAuthorizedException" : "TooManyRequestsException";
}

std::string_view type_of(const Error& error) {
  for (const Named& named : kByCode) {
    if (named.code == error.code()) return named.type;
  }
  switch (error.kind()) {
    case ErrorKind::invalid_argument:
    case ErrorKind::conflict:
    case ErrorKind::too_large:
    case ErrorKind::unprocessable: return "InvalidParameterException";
    case ErrorKind::unsupported_media: return "SerializationException";
    case ErrorKind::unauthenticated: return "NotAuthorizedException";
    case ErrorKind::permission_denied: return "AccessDeniedException";
    case ErrorKind::not_found: return "UserNotFoundException";
    case ErrorKind::already_exists: return "UsernameExistsException";
    case ErrorKind::too_many_requests: return too_many(error);
    case ErrorKind::timeout:
    case ErrorKind::cancelled:
    case ErrorKind::storage_full:
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome: return "ServiceUnavailableException";
    case ErrorKind::internal: return "InternalErrorException";
  }
  return "InternalErrorException";
}

// 400 for whatever the caller can mend; paths and methods that no operation has keep their own.
int status_of(const net::Request& request, const Error& error) {
  int status = net::status_of(error);
  bool is_operation = request.method == "POST" && !request.route.empty();
  return is_operation && status < 500 ? 400 : status;
}

}  // namespace

net::Response render_error(const net::Request& request, const Error& error) {
  int status = status_of(request, error);
  std::string_view type = status == 404 ? "ResourceNotFoundException" : type_of(error);
  std::string message = error.kind() == ErrorKind::internal ? "Internal server error" : error.message();
  net::Response response = net::json_response(status, boost::json::object{{"__type", type}, {"message", message}});
  response.headers.set("Content-Type", "application/x-amz-json-1.1");
  response.headers.set("x-amzn-ErrorType", std::string(type) + ":");
  const boost::json::value* seconds = error.detail().if_contains("retry_after");
  if (seconds != nullptr && seconds->is_number()) {
    response.headers.set("Retry-After", std::to_string(seconds->to_number<std::int64_t>()));
  }
  if (const auto* allow = error.detail().if_contains("allow"); allow != nullptr && allow->is_string()) {
    response.headers.set("Allow", std::string(allow->as_string()));
  }
  return response;
}

}  // namespace boathouse::api::cognito
