// SPDX-License-Identifier: Apache-2.0
#include "auth/pool_tokens.h"

#include <boost/json/array.hpp>

#include "auth/jwt.h"
#include "base/encoding.h"

namespace boathouse::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostRemembered = 10'000;

json::object shared_claims(const PoolClaims& claims, std::string_view issuer) {
  json::object out{{"sub", claims.user.value},
                   {"iss", issuer},
                   {"auth_time", claims.logged_in_at / base::kSecond},
                   {"iat", claims.issued_at / base::kSecond},
                   {"exp", claims.expires_at / base::kSecond},
                   {"jti", base::uuid_v4()},
                   {"pwm", claims.password_mark}};
  if (!claims.groups.empty()) out["cognito:groups"] = json::array(claims.groups.begin(), claims.groups.end());
  return out;
}

json::object id_claims(const PoolClaims& claims, std::string_view issuer) {
  json::object out = shared_claims(claims, issuer);
  out["token_use"] = "id";
  out["aud"] = claims.client;
  out["cognito:username"] = claims.username;
  if (!claims.email.empty()) {
    out["email"] = claims.email;
    out["email_verified"] = claims.email_verified;
  }
  return out;
}

json::object access_claims(const PoolClaims& claims, std::string_view issuer) {
  json::object out = shared_claims(claims, issuer);
  out["token_use"] = "access";
  out["client_id"] = claims.client;
  out["username"] = claims.username;
  out["scope"] = "aws.cognito.signin.user.admin";
  return out;
}

}  // namespace

PoolTokenPair PoolTokens::issue(const PoolClaims& claims, std::string_view issuer) const {
  RsaSigningKey signing = keys_.signing_key();
  JwtKey key{.algorithm = JwtAlgorithm::rs256, .id = signing.id, .material = signing.private_pem};
  return {.id = sign_jwt(key, id_claims(claims, issuer)), .access = sign_jwt(key, access_claims(claims, issuer))};
}

std::optional<VerifiedPoolToken> PoolTokens::verify(std::string_view token, base::Micros now) {
  const std::string hash = base::sha256(token);
  auto found = remembered(hash);
  if (!found) {
    found = read(token);
    if (found && found->expires_at > now) remember(hash, *found);
  }
  return found && found->expires_at > now ? found : std::nullopt;
}

std::optional<VerifiedPoolToken> PoolTokens::read(std::string_view token) const {
  auto id = claimed_key_id(token);
  auto pem = id ? keys_.verifying_key(*id) : std::nullopt;
  if (!pem) return std::nullopt;
  auto claims = verify_jwt({.algorithm = JwtAlgorithm::rs256, .id = *id, .material = *pem}, token);
  if (!claims || !text_claim(*claims, "iss").ends_with("/" + pool_id_)) return std::nullopt;
  std::string use = text_claim(*claims, "token_use");
  auto expires = time_claim(*claims, "exp");
  VerifiedPoolToken read{.use = use == "id" ? PoolTokenUse::id : PoolTokenUse::access,
                         .user = base::UserId(text_claim(*claims, "sub")),
                         .client = text_claim(*claims, use == "id" ? "aud" : "client_id"),
                         .password_mark = text_claim(*claims, "pwm"),
                         .expires_at = expires.value_or(0)};
  bool is_ours = (use == "id" || use == "access") && expires && !read.user.empty();
  return is_ours ? std::optional(std::move(read)) : std::nullopt;
}

std::optional<VerifiedPoolToken> PoolTokens::remembered(const std::string& hash) {
  std::lock_guard lock(mutex_);
  auto found = verified_.find(hash);
  return found == verified_.end() ? std::nullopt : std::optional(found->second);
}

// When there are too many all are forgotten: each costs one verification to be known again.
void PoolTokens::remember(const std::string& hash, const VerifiedPoolToken& token) {
  std::lock_guard lock(mutex_);
  if (verified_.size() >= kMostRemembered) verified_.clear();
  verified_.emplace(hash, token);
}

}  // namespace boathouse::auth
