// SPDX-License-Identifier: Apache-2.0
#include "auth/jwt.h"

#include <jwt.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <memory>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostTokenBytes = 16384;

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;
using Text = std::unique_ptr<char, decltype(&std::free)>;

void must(int code) {
  if (code != 0) throw base::system_error(code, "A token cannot be made");
}

jwt_alg_t algorithm_of(const JwtKey& key) {
  return key.algorithm == JwtAlgorithm::hs256 ? JWT_ALG_HS256 : JWT_ALG_RS256;
}
const unsigned char* bytes_of(const JwtKey& key) { return reinterpret_cast<const unsigned char*>(key.material.data()); }
int size_of(const JwtKey& key) { return static_cast<int>(key.material.size()); }

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// Three parts in strict base64url: a token has one spelling, so none with a changed character verifies.
bool is_well_spelled(std::string_view token) {
  if (token.size() > kMostTokenBytes) return false;
  for (int part = 0; part < 3; ++part) {
    std::size_t end = part == 2 ? token.size() : token.find('.');
    if (end == std::string_view::npos || !base::from_base64url(token.substr(0, end))) return false;
    token.remove_prefix(std::min(end + 1, token.size()));
  }
  return true;
}

}  // namespace

std::string sign_jwt(const JwtKey& key, const json::object& claims) {
  jwt_t* made = nullptr;
  must(jwt_new(&made));
  Jwt jwt(made);
  must(jwt_set_alg(made, algorithm_of(key), bytes_of(key), size_of(key)));
  must(jwt_add_header(made, "kid", key.id.c_str()));
  must(jwt_add_grants_json(made, json::serialize(claims).c_str()));
  Text text(jwt_encode_str(made), std::free);
  if (!text) throw base::Error(base::ErrorKind::internal, "A token cannot be signed.");
  return text.get();
}

// libjwt takes the algorithm from the token's header, so we look at what it took.
std::optional<json::object> verify_jwt(const JwtKey& key, std::string_view token) {
  if (!is_well_spelled(token)) return std::nullopt;
  jwt_t* decoded = nullptr;
  if (jwt_decode(&decoded, std::string(token).c_str(), bytes_of(key), size_of(key)) != 0) return std::nullopt;
  Jwt jwt(decoded);
  const char* kid = jwt_get_header(decoded, "kid");
  if (jwt_get_alg(decoded) != algorithm_of(key) || !kid || kid != key.id) return std::nullopt;
  Text claims(jwt_get_grants_json(decoded, nullptr), std::free);
  return claims ? parse_object(claims.get()) : std::nullopt;
}

std::optional<std::string> claimed_key_id(std::string_view token) {
  if (!is_well_spelled(token)) return std::nullopt;
  auto header = parse_object(*base::from_base64url(token.substr(0, token.find('.'))));
  return header ? std::optional(text_claim(*header, "kid")) : std::nullopt;
}

std::optional<base::Micros> time_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  base::Micros micros = 0;
  if (!value || !value->is_int64()) return std::nullopt;
  if (__builtin_mul_overflow(value->get_int64(), base::kSecond, &micros)) return std::nullopt;
  return micros;
}

std::string text_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

}  // namespace boathouse::auth
