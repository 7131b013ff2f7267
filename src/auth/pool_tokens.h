// SPDX-License-Identifier: Apache-2.0
// The tokens of the user pool: JWTs signed with RS256 by the newest RSA key, with Cognito's claims, so that others verify
// them by the JWKS. `sub` is the user's id. Any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/rsa_keys.h"
#include "base/ids.h"
#include "base/time.h"

namespace boathouse::auth {

struct PoolClaims {
  base::UserId user{};
  std::string username{};
  std::string email{};  // empty: none
  bool email_verified = false;
  std::vector<std::string> groups{};
  std::string client{};
  std::string password_mark{};
  base::Micros logged_in_at = 0;  // auth_time
  base::Micros issued_at = 0;
  base::Micros expires_at = 0;
};

struct PoolTokenPair {
  std::string id{};
  std::string access{};
};

enum class PoolTokenUse { id, access };

// What a token that verified says.
struct VerifiedPoolToken {
  PoolTokenUse use = PoolTokenUse::id;
  base::UserId user{};
  std::string client{};
  std::string password_mark{};
  base::Micros expires_at = 0;
};

class PoolTokens {
 public:
  PoolTokens(const RsaKeys& keys, std::string pool_id) : keys_(keys), pool_id_(std::move(pool_id)) {}

  // `issuer` is the pool's URL: it ends in the pool's id.
  PoolTokenPair issue(const PoolClaims& claims, std::string_view issuer) const;

  // nullopt for anything that we did not sign with RS256 under a known `kid` for this pool, or that expired at or before
  // `now`. A token that verified once is remembered until it expires, since the same one comes with every request.
  std::optional<VerifiedPoolToken> verify(std::string_view token, base::Micros now);

 private:
  std::optional<VerifiedPoolToken> read(std::string_view token) const;
  std::optional<VerifiedPoolToken> remembered(const std::string& hash);
  void remember(const std::string& hash, const VerifiedPoolToken& token);

  const RsaKeys& keys_;
  const std::string pool_id_;

  // Guarded by mutex_; by the tokens' SHA-256.
  std::mutex mutex_;
  std::unordered_map<std::string, VerifiedPoolToken> verified_;
};

}  // namespace boathouse::auth
