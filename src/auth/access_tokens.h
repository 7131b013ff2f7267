// SPDX-License-Identifier: Apache-2.0
// Access tokens: JWTs signed with HS256 and nothing else, told apart by key id. The first secret signs, all verify, so
// a secret is changed by putting a new one in front. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::auth {

struct AccessClaims {
  base::UserId user;  // sub
  std::string name;
  base::Micros issued_at = 0;
  base::Micros expires_at = 0;
};

class AccessTokens {
 public:
  // At least one secret, each of at least 32 bytes: Error{invalid_argument} otherwise.
  explicit AccessTokens(std::vector<std::string> secrets);

  // Claims sub, name, iat, exp and a jti that is never the same.
  std::string issue(const base::UserId& user, std::string_view name, base::Micros now, base::Micros lifetime) const;

  // nullopt for anything that we did not sign with HS256 under a known `kid`, or that expired at or before `now`.
  std::optional<AccessClaims> verify(std::string_view token, base::Micros now) const;

 private:
  struct Key {
    std::string id;
    std::string secret;
  };
  std::vector<Key> keys_;  // constant after construction
};

// The secrets to sign with: `configured` when not empty, else `folder`/access-token.key, made at random if missing, and
// access-token.previous.key where someone left one (the key before, while its tokens live).
std::vector<std::string> load_signing_secrets(const std::string& configured, const std::filesystem::path& folder);

}  // namespace boathouse::auth
