// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/errors.h"

#include <array>

#include "api/common/aws_json.h"
#include "api/common/signature_errors.h"

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
    Named{kUnknownOperation, "UnknownOperationException"}, Named{kBadSerialization, "SerializationException"},
    Named{"weak-password", "InvalidPasswordException"},    Named{"group-exists", "GroupExistsException"},
    Named{"no-such-pool", "ResourceNotFoundException"},    Named{"no-such-client", "ResourceNotFoundException"},
    Named{"no-such-group", "ResourceNotFoundException"},
};

// Password guesses are refused as Cognito does it: its clients would send a TooManyRequestsException again and again.
std::string_view too_many(const Error& error) {
  return error.detail().contains("retry_after") ? "NotAuthorizedException" : "TooManyRequestsException";
}

std::string_view type_of(const Error& error) {
  if (const SignatureError* wrong = find_signature_error(error)) return wrong->type;
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

}  // namespace

net::Response render_error(const net::Request& request, const Error& error) {
  const bool is_no_path = aws_json_status(request, error) == 404;
  return aws_json_error(request, error, is_no_path ? "ResourceNotFoundException" : type_of(error));
}

}  // namespace boathouse::api::cognito
