// SPDX-License-Identifier: Apache-2.0
#include "auth/access_tokens.h"

#include <jwt.h>

#include <cstdlib>
#include <memory>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMostTokenBytes = 8192;

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

void must(int code) {
  if (code != 0) throw base::system_error(code, "An access token cannot be made");
}

const unsigned char* bytes_of(const std::string& secret) {
  return reinterpret_cast<const unsigned char*>(secret.data());
}

std::string text_grant(jwt_t* jwt, const char* name) {
  const char* text = jwt_get_grant(jwt, name);
  return text ? text : "";
}

// nullopt for a time that no clock of ours can show.
std::optional<base::Micros> time_grant(jwt_t* jwt, const char* name) {
  base::Micros micros = 0;
  if (__builtin_mul_overflow(jwt_get_grant_int(jwt, name), base::kSecond, &micros)) return std::nullopt;
  return micros;
}

// libjwt takes the algorithm from the token's header, so we look at what it took.
Jwt decode(const std::string& token, const std::string& secret, const std::string& id) {
  jwt_t* decoded = nullptr;
  if (jwt_decode(&decoded, token.c_str(), bytes_of(secret), static_cast<int>(secret.size())) != 0) return nullptr;
  Jwt jwt(decoded);
  const char* kid = jwt_get_header(decoded, "kid");
  bool ours = jwt_get_alg(decoded) == JWT_ALG_HS256 && kid && kid == id;
  return ours ? std::move(jwt) : nullptr;
}

}  // namespace

std::string AccessTokens::issue(const AccessClaims& claims) const {
  const Key key = keys_.newest(KeyKind::token);
  jwt_t* made = nullptr;
  must(jwt_new(&made));
  Jwt jwt(made);
  must(jwt_set_alg(made, JWT_ALG_HS256, bytes_of(key.material), static_cast<int>(key.material.size())));
  must(jwt_add_header(made, "kid", key.id.c_str()));
  must(jwt_add_grant(made, "sub", claims.user.value.c_str()));
  must(jwt_add_grant(made, "name", claims.name.c_str()));
  must(jwt_add_grant(made, "pwm", claims.password_mark.c_str()));
  must(jwt_add_grant(made, "jti", base::uuid_v4().c_str()));
  must(jwt_add_grant_int(made, "iat", claims.issued_at / base::kSecond));
  must(jwt_add_grant_int(made, "exp", claims.expires_at / base::kSecond));
  std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(made), std::free);
  if (!text) throw Error(ErrorKind::internal, "An access token cannot be signed.");
  return text.get();
}

std::optional<AccessClaims> AccessTokens::verify(std::string_view token, base::Micros now) const {
  if (token.size() > kMostTokenBytes || token.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string text(token);
  for (const Key& key : keys_.keys(KeyKind::token, now)) {
    Jwt jwt = decode(text, key.material, key.id);
    if (!jwt) continue;
    auto issued = time_grant(jwt.get(), "iat");
    auto expires = time_grant(jwt.get(), "exp");
    if (!issued || !expires) return std::nullopt;
    AccessClaims claims{.user = base::UserId(text_grant(jwt.get(), "sub")),
                        .name = text_grant(jwt.get(), "name"),
                        .password_mark = text_grant(jwt.get(), "pwm"),
                        .issued_at = *issued,
                        .expires_at = *expires};
    if (claims.user.empty() || claims.expires_at <= now) return std::nullopt;
    return claims;
  }
  return std::nullopt;
}

std::string password_mark(std::string_view password_hash) {
  return base::to_hex(base::sha256("boathouse password mark " + std::string(password_hash))).substr(0, 16);
}

}  // namespace boathouse::auth
