// SPDX-License-Identifier: Apache-2.0
#include "api/flows/call.h"

#include <boost/json/value.hpp>

#include "api/common/credentials.h"
#include "api/common/query_params.h"
#include "base/encoding.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::flows {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

asio::awaitable<net::Response> run_for_users(const Services& services, net::Request& request, auth::Action action,
                                             const Work& work) {
  const std::string body = co_await request.body.text(kMaxBody);
  auto act = [&] {
    auth::Caller caller = decide(services, request, action);
    const Fields fields(request, body);
    return work(Call{services, request, fields, std::move(caller)});
  };
  // Changes wait for the store's commit, which those that wait together share: so many may.
  base::ThreadPool& pool = action == auth::Action::read ? services.work : services.engine_work;
  co_return co_await net::on_pool(pool, act);
}

asio::awaitable<net::Response> run_for_all(const Services& services, net::Request& request, const Work& work) {
  const std::string body = co_await request.body.text(kMaxBody);
  auto act = [&] {
    const Fields fields(request, body);
    return work(Call{services, request, fields, {}});
  };
  co_return co_await net::on_pool(services.engine_work, act);
}

}  // namespace

net::Handler for_users(const Services& services, auth::Action action, Work work) {
  return [&services, action, work = std::move(work)](net::Request& request) {
    return run_for_users(services, request, action, work);
  };
}

net::Handler for_all(const Services& services, Work work) {
  return [&services, work = std::move(work)](net::Request& request) { return run_for_all(services, request, work); };
}

auth::Caller decide(const Services& services, const net::Request& request, auth::Action action) {
  auto decide_anew = [&] {
    auth::Principal principal = services.auth.authenticator.authenticate(credentials_of(request));
    auth::Access access =
        services.auth.access.resolve_workspace(principal, action, std::nullopt, auth::DefaultWorkspace::personal);
    return auth::RecentAccess::Decision{std::move(principal), std::move(access)};
  };
  auto caller_of = [&](const auth::RecentAccess::Decision& decision) {
    return auth::Caller{.principal = decision.principal, .request = base::RequestId(request.request_id)};
  };
  const std::string_view header = request.headers.get("Authorization");
  const std::string_view question = action == auth::Action::read ? "flows: read" : "flows: write";
  auth::RecentAccess& recent = services.auth.recent;
  const base::Micros now = base::steady_micros();
  if (auto known = recent.find(header, question, now)) return caller_of(*known);
  return caller_of(*recent.decide(header, question, now, decide_anew));
}

Error missing_fields() { return {ErrorKind::invalid_argument, "Please specify all fields"}; }

std::int64_t require_fid(const Call& call) {
  const std::int64_t fid = call.fields.number("fid");
  if (fid == 0) throw Error(ErrorKind::invalid_argument, "Please specify an fid");
  return fid;
}

core::Page page_of(const net::Request& request) { return page_params(request, kMaxPageLimit); }

net::Response list_response(const net::Request& request, boost::json::array rows, const std::string& next) {
  net::Response response = net::json_response(200, std::move(rows));
  if (next.empty()) return response;
  std::string query;
  for (const auto& [name, value] : request.query.items) {
    if (name == "page_token") continue;
    query += fmt::format("{}={}&", base::percent_encode(name), base::percent_encode(value));
  }
  response.headers.set("Link", fmt::format("<{}?{}page_token={}>; rel=\"next\"", request.path, query, next));
  return response;
}

}  // namespace boathouse::api::flows
