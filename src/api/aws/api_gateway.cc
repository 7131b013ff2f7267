// SPDX-License-Identifier: Apache-2.0
#include "api/aws/api_gateway.h"

#include <boost/json/value.hpp>

#include "api/common/signer.h"
#include "net/on_pool.h"

namespace boathouse::api::aws {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

json::object ingress(const Services& services) {
  return {{"id", "main"},
          {"name", "data_platform-ingress"},
          {"description", "Documents: POST " + services.public_url.get() + "/main/table/{name}/object"},
          {"apiKeySource", "HEADER"},
          {"endpointConfiguration", {{"types", {"REGIONAL"}}}}};
}

asio::awaitable<net::Response> list(const Services& services, net::Request& request) {
  auto work = [&] {
    signer_of(services, request, "apigateway", "");
    return net::json_response(200, json::object{{"item", json::array{ingress(services)}}});
  };
  co_return co_await net::on_pool(services.work, work);
}

}  // namespace

net::Handler get_rest_apis(const Services& services) {
  return [&services](net::Request& request) { return list(services, request); };
}

}  // namespace boathouse::api::aws
