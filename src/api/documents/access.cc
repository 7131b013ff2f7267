// SPDX-License-Identifier: Apache-2.0
#include "api/documents/access.h"

#include "api/common/credentials.h"
#include "net/on_pool.h"

namespace boathouse::api::documents {
namespace {

// What the requests of a door without a lock count as.
constexpr const char* kNobody = "anonymous";

Caller caller_of(const auth::RecentAccess::Decision& decision) {
  return {
      .user = decision.principal.user.value, .name = decision.principal.name, .workspace = decision.access.workspace};
}

auth::Credentials credentials(const net::Request& request) {
  auth::Credentials credentials = credentials_of(request);
  bool bare = !credentials.authorization.empty() && credentials.authorization.find(' ') == std::string::npos;
  if (bare) credentials.authorization.insert(0, "Bearer ");
  return credentials;
}

auth::RecentAccess::Decision decide_anew(const Services& services, const net::Request& request, auth::Action action) {
  if (!services.documents_authorization) {
    auth::Principal nobody;
    nobody.name = kNobody;
    return {nobody, services.auth.access.decide(auth::Principal::system(), action, meta::kMainWorkspace)};
  }
  auth::Principal principal = services.auth.authenticator.authenticate(credentials(request));
  auth::Access access =
      services.auth.access.resolve_workspace(principal, action, std::nullopt, auth::DefaultWorkspace::main_or_personal);
  return {std::move(principal), std::move(access)};
}

}  // namespace

Caller decide(const Services& services, const net::Request& request, auth::Action action) {
  return caller_of(decide_anew(services, request, action));
}

boost::asio::awaitable<Caller> may_write(const Services& services, const net::Request& request) {
  constexpr std::string_view kQuestion = "documents: write";
  std::string_view header = request.headers.get("Authorization");
  const base::Micros now = base::steady_micros();
  if (auto known = services.auth.recent.find(header, kQuestion, now)) co_return caller_of(*known);
  Caller caller;
  auto decide_once = [&] {
    caller = caller_of(*services.auth.recent.decide(
        header, kQuestion, now, [&] { return decide_anew(services, request, auth::Action::write); }));
  };
  co_await net::on_pool(services.work, decide_once);
  co_return caller;
}

}  // namespace boathouse::api::documents
