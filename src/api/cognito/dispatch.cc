// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/dispatch.h"

#include <boost/json/serialize.hpp>

#include "api/cognito/errors.h"
#include "api/cognito/operations.h"
#include "base/encoding.h"
#include "net/on_pool.h"

namespace boathouse::api::cognito {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kTargetPrefix = "AWSCognitoIdentityProviderService.";
constexpr std::string_view kService = "cognito-idp";
constexpr std::size_t kMostBody = 1 << 20;

const OperationEntry& operation_of(const net::Request& request) {
  std::string_view target = request.headers.get("X-Amz-Target");
  if (target.starts_with(kTargetPrefix)) {
    for (const OperationEntry& entry : operations()) {
      if (entry.name == target.substr(kTargetPrefix.size())) return entry;
    }
  }
  throw Error(ErrorKind::invalid_argument, "The header X-Amz-Target names no operation of this service.")
      .code(std::string(kUnknownOperation));
}

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
    auth::sigv4::Request claimed{request.method, request.path, request.raw_query, request.headers.items};
    principal = services.auth.authenticator.from_signature(claimed, kService, auth::sigv4::PathStyle::other,
                                                           base::to_hex(base::sha256(body)));
    services.auth.pool.require_admin({principal, base::RequestId(request.request_id)},
                                     std::string(operation.signed_as));
  }
  Call call{services, request, fields_of(body), std::move(principal)};
  json::object told = operation.run(call);
  return net::text_response(200, json::serialize(told), "application/x-amz-json-1.1")
      .with("x-amzn-RequestId", request.request_id)
      .with("Cache-Control", "no-store");
}

asio::awaitable<net::Response> run(const Services& services, net::Request& request) {
  const OperationEntry& operation = operation_of(request);
  std::string body = co_await request.body.text(kMostBody);
  auto work = [&] { return answer(services, operation, request, body); };
  co_return co_await net::on_pool(operation.slow ? services.engine_work : services.work, work);
}

}  // namespace

net::Handler run_operation(const Services& services) {
  return [&services](net::Request& request) { return run(services, request); };
}

}  // namespace boathouse::api::cognito
