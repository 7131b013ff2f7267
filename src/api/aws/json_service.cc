// SPDX-License-Identifier: Apache-2.0
#include "api/aws/json_service.h"

#include "api/common/aws_json.h"
#include "api/common/signature_errors.h"
#include "api/common/signer.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::aws {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kMostBody = 1 << 16;

// The signature is judged before the body is read as JSON, and who signed before anything is told.
net::Response answer(const Services& services, const JsonService& service, const JsonOperation& operation,
                     const net::Request& request, const std::string& body) {
  auth::Principal principal = signer_of(services, request, service.signed_as, body);
  meta::WorkspaceRow workspace =
      services.auth.access
          .resolve_workspace(principal, service.action, std::nullopt, auth::DefaultWorkspace::main_or_personal)
          .workspace;
  JsonCall call{services, request, JsonFields(parse_json(body.empty() ? "{}" : body)), std::move(principal),
                std::move(workspace)};
  return aws_json_answer(request, operation.run(call));
}

asio::awaitable<net::Response> run(const Services& services, const JsonService& service, net::Request& request) {
  const JsonOperation& operation = operation_of(request, service.target_prefix, service.operations);
  std::string body = co_await request.body.text(kMostBody);
  auto work = [&] { return answer(services, service, operation, request, body); };
  co_return co_await net::on_pool(services.work, work);
}

std::string_view type_of(const Error& error) {
  if (error.code() == kUnknownOperation) return "UnknownOperationException";
  if (const SignatureError* wrong = find_signature_error(error)) return wrong->type;
  switch (error.kind()) {
    case ErrorKind::unauthenticated: return "InvalidSignatureException";
    case ErrorKind::permission_denied: return "AccessDeniedException";
    case ErrorKind::not_found: return "ResourceNotFoundException";
    case ErrorKind::too_many_requests: return "ThrottlingException";
    case ErrorKind::unsupported_media: return "SerializationException";
    case ErrorKind::invalid_argument:
    case ErrorKind::already_exists:
    case ErrorKind::conflict:
    case ErrorKind::too_large:
    case ErrorKind::unprocessable: return "InvalidParameterException";
    case ErrorKind::timeout:
    case ErrorKind::cancelled:
    case ErrorKind::storage_full:
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome: return "ServiceUnavailableException";
    case ErrorKind::internal: return "InternalFailure";
  }
  return "InternalFailure";
}

}  // namespace

net::Handler run_json_operation(const Services& services, const JsonService& service) {
  return [&services, &service](net::Request& request) { return run(services, service, request); };
}

net::Response render_json_error(const net::Request& request, const Error& error) {
  return aws_json_error(request, error, type_of(error));
}

Error no_such_resource(std::string message) { return {ErrorKind::not_found, std::move(message)}; }

}  // namespace boathouse::api::aws
