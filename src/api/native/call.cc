// SPDX-License-Identifier: Apache-2.0
#include "api/native/call.h"

#include "api/common/credentials.h"
#include "auth/audited.h"
#include "net/on_pool.h"

namespace boathouse::api::native {
namespace {

namespace asio = boost::asio;

asio::awaitable<net::Response> run(const Services& services, const BlockingHandler& handler, bool identify, Pace pace,
                                   net::Request& request) {
  Call call{services, request};
  if (identify) call.principal = co_await authenticate(services, request);
  call.body = co_await request.body.text(kMaxJsonBody);
  auto work = [&] { return handler(call); };
  co_return co_await net::on_pool(pace == Pace::quick ? services.work : services.engine_work, work);
}

}  // namespace

meta::WorkspaceRow Call::workspace(auth::Action action) const {
  return services.auth.access.decide(principal, action, request.param("workspace")).workspace;
}

void Call::administer(std::string what, std::string target, const std::function<void(const meta::WorkspaceRow&)>& work,
                      auth::Action action) const {
  auth::administered(services.parts.meta, services.auth.access, caller(), action, request.param("workspace"),
                     std::move(what), std::move(target), work);
}

void Call::expect_no_fields() const {
  if (!body.empty()) JsonFields(parse_json(body)).finish();
}

net::Handler signed_in(const Services& services, BlockingHandler handler, Pace pace) {
  return [&services, handler = std::move(handler), pace](net::Request& request) {
    return run(services, handler, true, pace, request);
  };
}

net::Handler open_to_all(const Services& services, BlockingHandler handler, Pace pace) {
  return [&services, handler = std::move(handler), pace](net::Request& request) {
    return run(services, handler, false, pace, request);
  };
}

}  // namespace boathouse::api::native
