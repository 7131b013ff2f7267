// SPDX-License-Identifier: Apache-2.0
#include "api/aws/sts.h"

#include "api/aws/errors.h"
#include "api/common/signer.h"
#include "api/common/xml.h"
#include "base/error.h"
#include "core/aws_account.h"
#include "net/on_pool.h"

namespace boathouse::api::aws {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostBody = 1 << 16;

net::Response caller_identity(const auth::Principal& principal, const net::Request& request) {
  pugi::xml_document document;
  pugi::xml_node answer = document.append_child("GetCallerIdentityResponse");
  answer.append_attribute("xmlns") = kStsNamespace;
  pugi::xml_node identity = answer.append_child("GetCallerIdentityResult");
  add_text(identity, "Arn", fmt::format("arn:aws:iam::{}:user/{}", core::kAccount, principal.name));
  add_text(identity, "UserId", principal.user.value);
  add_text(identity, "Account", core::kAccount);
  add_text(answer.append_child("ResponseMetadata"), "RequestId", request.request_id);
  return xml_response(200, document, kQueryContentType);
}

net::Response answer(const Services& services, const net::Request& request, const std::string& body) {
  auth::Principal principal = signer_of(services, request, "sts", body);
  const net::NamedValues form = net::parse_form(body);
  if (form.get("Action") != "GetCallerIdentity") {
    throw base::Error(base::ErrorKind::invalid_argument, "There is one Action here: GetCallerIdentity.")
        .code(std::string(kUnknownAction));
  }
  return caller_identity(principal, request);
}

asio::awaitable<net::Response> run(const Services& services, net::Request& request) {
  std::string body = co_await request.body.text(kMostBody);
  auto work = [&] { return answer(services, request, body); };
  co_return co_await net::on_pool(services.work, work);
}

}  // namespace

net::Handler run_sts_action(const Services& services) {
  return [&services](net::Request& request) { return run(services, request); };
}

}  // namespace boathouse::api::aws
