// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/discovery.h"

#include <boost/json/array.hpp>

#include "net/on_pool.h"

namespace boathouse::api::cognito {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

// Verifiers ask again for a key that they do not know, so a rotation needs no shorter time.
constexpr const char* kCacheControl = "public, max-age=300";

// The first call ever makes the key, which takes a moment.
asio::awaitable<net::Response> jwks(const Services& services, net::Request& request) {
  services.auth.pool.require(request.param("pool"));
  auto read = [&] { return services.auth.rsa_keys.jwks(); };
  json::object keys = co_await net::on_pool(services.work, read);
  co_return net::json_response(200, keys).with("Cache-Control", kCacheControl);
}

asio::awaitable<net::Response> configuration(const Services& services, net::Request& request) {
  services.auth.pool.require(request.param("pool"));
  const std::string issuer = services.public_url.get() + "/cognito-idp/" + services.auth.pool.id();
  json::object told{{"issuer", issuer},
                    {"jwks_uri", issuer + "/.well-known/jwks.json"},
                    {"id_token_signing_alg_values_supported", json::array{"RS256"}},
                    {"subject_types_supported", json::array{"public"}},
                    {"response_types_supported", json::array{"token"}}};
  co_return net::json_response(200, told).with("Cache-Control", kCacheControl);
}

}  // namespace

net::Handler get_jwks(const Services& services) {
  return [&services](net::Request& request) { return jwks(services, request); };
}

net::Handler get_configuration(const Services& services) {
  return [&services](net::Request& request) { return configuration(services, request); };
}

}  // namespace boathouse::api::cognito
