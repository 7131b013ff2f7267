// SPDX-License-Identifier: Apache-2.0
#include "auth/access_tokens.h"

#include "auth/jwt.h"
#include "base/encoding.h"

namespace boathouse::auth {
namespace {

constexpr std::string_view kRefresh = "refresh";

JwtKey jwt_key(Key key) {
  return {.algorithm = JwtAlgorithm::hs256, .id = std::move(key.id), .material = std::move(key.material)};
}

}  // namespace

std::string AccessTokens::sign(boost::json::object claims) const {
  claims["jti"] = base::uuid_v4();
  return sign_jwt(jwt_key(keys_.newest(KeyKind::token)), claims);
}

std::optional<boost::json::object> AccessTokens::read(std::string_view token, base::Micros now) const {
  auto id = claimed_key_id(token);
  auto key = id ? keys_.find(KeyKind::token, *id, now) : std::nullopt;
  return key ? verify_jwt(jwt_key(*std::move(key)), token) : std::nullopt;
}

std::string AccessTokens::issue(const AccessClaims& claims) const {
  boost::json::object said{{"sub", claims.user.value},
                           {"name", claims.name},
                           {"pwm", claims.password_mark},
                           {"iat", claims.issued_at / base::kSecond},
                           {"exp", claims.expires_at / base::kSecond}};
  if (claims.uid != 0) said["uid"] = claims.uid;
  return sign(std::move(said));
}

std::optional<AccessClaims> AccessTokens::verify(std::string_view token, base::Micros now) const {
  const auto read = this->read(token, now);
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

std::string AccessTokens::issue_refresh(const RefreshClaims& claims) const {
  return sign({{"uid", claims.uid},
               {"use", kRefresh},
               {"iat", claims.issued_at / base::kSecond},
               {"exp", claims.expires_at / base::kSecond}});
}

std::optional<RefreshClaims> AccessTokens::verify_refresh(std::string_view token, base::Micros now) const {
  auto read = this->read(token, now);
  if (!read || text_claim(*read, "use") != kRefresh) return std::nullopt;
  const boost::json::value* uid = read->if_contains("uid");
  auto expires = time_claim(*read, "exp");
  if (uid == nullptr || !uid->is_int64() || !expires || *expires <= now) return std::nullopt;
  return RefreshClaims{
      .uid = uid->get_int64(), .issued_at = time_claim(*read, "iat").value_or(0), .expires_at = *expires};
}

std::string password_mark(const meta::UserRow& user) {
  std::string text = "boathouse password mark " + user.password_hash;
  if (user.sign_outs > 0) text += " " + std::to_string(user.sign_outs);
  return base::to_hex(base::sha256(text)).substr(0, 16);
}

}  // namespace boathouse::auth
