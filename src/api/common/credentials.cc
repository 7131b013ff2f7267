// SPDX-License-Identifier: Apache-2.0
#include "api/common/credentials.h"

#include "net/on_pool.h"

namespace boathouse::api {

auth::Credentials credentials_of(const net::Request& request) {
  return {.authorization = std::string(request.headers.get("Authorization")),
          .password = std::nullopt,
          .remote_address = request.remote_address};
}

boost::asio::awaitable<auth::Principal> authenticate(const Services& services, const net::Request& request) {
  auth::Credentials credentials = credentials_of(request);
  auto check = [&] { return services.auth.authenticator.authenticate(credentials); };
  co_return co_await net::on_pool(services.work, check);
}

}  // namespace boathouse::api
