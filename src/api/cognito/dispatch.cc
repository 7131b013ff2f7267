// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/dispatch.h"

#include "api/cognito/errors.h"
#include "api/cognito/operations.h"
#include "api/common/aws_json.h"
#include "api/common/signer.h"
#include "net/on_pool.h"

namespace boathouse::api::cognito {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kTargetPrefix = "AWSCognitoIdentityProviderService.";
constexpr std::string_view kService = "cognito-idp";
constexpr std::size_t kMostBody = 1 << 20;

JsonFields fields_of(std::string_view body) {
  try {
    return JsonFields(parse_json(body.empty() ? "{}" : body));
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_argument, error.message()).code(std::string(kBadSerialization));
  }
}

// The signature is judged before the body is read as JSON, and who signed before anything is told.
net::Response answer(const Services& services, const OperationEntry& operation, const net::Request& request,
                     const std::string& body) {
  auth::Principal principal;
  if (!operation.signed_as.empty()) {
    principal = signer_of(services, request, kService, body);
    services.auth.pool.require_admin({principal, base::RequestId(request.request_id)},
                                     std::string(operation.signed_as));
  }
  Call call{services, request, fields_of(body), std::move(principal)};
  return aws_json_answer(request, operation.run(call)).with("Cache-Control", "no-store");
}

asio::awaitable<net::Response> run(const Services& services, net::Request& request) {
  const OperationEntry& operation = operation_of(request, kTargetPrefix, operations());
  std::string body = co_await request.body.text(kMostBody);
  auto work = [&] { return answer(services, operation, request, body); };
  co_return co_await net::on_pool(operation.slow ? services.engine_work : services.work, work);
}

}  // namespace

net::Handler run_operation(const Services& services) {
  return [&services](net::Request& request) { return run(services, request); };
}

}  // namespace boathouse::api::cognito
