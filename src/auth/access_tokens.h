// SPDX-License-Identifier: Apache-2.0
// Access tokens: JWTs signed with HS256 and nothing else. The newest token key signs, and every key that has not retired
// verifies; `kid` tells which. Any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "auth/key_ring.h"
#include "base/ids.h"
#include "base/time.h"
#include "meta/rows.h"

namespace boathouse::auth {

struct AccessClaims {
  base::UserId user;  // sub
  std::string name;
  std::string password_mark;  // pwm: which password the user had
  base::Micros issued_at = 0;
  base::Micros expires_at = 0;
  std::int64_t uid = 0;  // the user's number at the flows door; 0: the token was given at another
};

// Of a refresh token that is a JWT too. It says no `sub`, so no access token can be made of it.
struct RefreshClaims {
  std::int64_t uid = 0;
  base::Micros issued_at = 0;
  base::Micros expires_at = 0;
};

class AccessTokens {
 public:
  // `keys` must outlive this.
  explicit AccessTokens(KeyRing& keys) : keys_(keys) {}

  // With the claims' user, name and password mark, and with iat, exp and a jti that is never the same; `uid` where there is
  // one.
  std::string issue(const AccessClaims& claims) const;

  // nullopt for anything that we did not sign with HS256 under a known `kid`, or that expired at or before `now`.
  std::optional<AccessClaims> verify(std::string_view token, base::Micros now) const;

  // The same for refresh tokens; neither kind is ever taken for the other.
  std::string issue_refresh(const RefreshClaims& claims) const;
  std::optional<RefreshClaims> verify_refresh(std::string_view token, base::Micros now) const;

 private:
  std::string sign(boost::json::object claims) const;
  std::optional<boost::json::object> read(std::string_view token, base::Micros now) const;

  KeyRing& keys_;
};

// Tells a user's passwords apart, and sign-outs of every session, so that a token ends with the password that was there when
// it was issued. Of a hash with a salt of its own, so it tells nothing.
std::string password_mark(const meta::UserRow& user);

}  // namespace boathouse::auth
