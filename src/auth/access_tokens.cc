// SPDX-License-Identifier: Apache-2.0
#include "auth/access_tokens.h"

#include "auth/jwt.h"
#include "base/encoding.h"

namespace boathouse::auth {
namespace {

JwtKey jwt_key(Key key) {
  return {.algorithm = JwtAlgorithm::hs256, .id = std::move(key.id), .material = std::move(key.material)};
}

}  // namespace

std::string AccessTokens::issue(const AccessClaims& claims) const {
  return sign_jwt(jwt_key(keys_.newest(KeyKind::token)), {{"sub", claims.user.value},
                                                          {"name", claims.name},
                                                          {"pwm", claims.password_mark},
                                                          {"jti", base::uuid_v4()},
                                                          {"iat", claims.issued_at / base::kSecond},
                                                          {"exp", claims.expires_at / base::kSecond}});
}

std::optional<AccessClaims> AccessTokens::verify(std::string_view token, base::Micros now) const {
  auto id = claimed_key_id(token);
  auto key = id ? keys_.find(KeyKind::token, *id, now) : std::nullopt;
  auto read = key ? verify_jwt(jwt_key(*std::move(key)), token) : std::nullopt;
  if (!read) return std::nullopt;
  auto issued = time_claim(*read, "iat");
  auto expires = time_claim(*read, "exp");
  AccessClaims claims{.user = base::UserId(text_claim(*read, "sub")),
                      .name = text_claim(*read, "name"),
                      .password_mark = text_claim(*read, "pwm"),
                      .issued_at = issued.value_or(0),
                      .expires_at = expires.value_or(0)};
  if (!issued || !expires || claims.user.empty() || claims.expires_at <= now) return std::nullopt;
  return claims;
}

std::string password_mark(const meta::UserRow& user) {
  std::string text = "boathouse password mark " + user.password_hash;
  if (user.sign_outs > 0) text += " " + std::to_string(user.sign_outs);
  return base::to_hex(base::sha256(text)).substr(0, 16);
}

}  // namespace boathouse::auth
