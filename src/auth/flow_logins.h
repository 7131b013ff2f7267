// SPDX-License-Identifier: Apache-2.0
// Sign-up and log-in as clients of the flows door do it: by e-mail, with two JWTs, of which the refresh token is kept by its
// hash, one for each user. The users are those of every door, and so are the access tokens. Any thread; calls block as the
// authenticator's do. Errors are base::Error with the messages that these clients know.
#pragma once

#include <string>
#include <string_view>

#include "auth/access_tokens.h"
#include "auth/accounts.h"
#include "auth/authenticator.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct FlowSignUp {
  std::string email{};
  std::string first_name{};
  std::string last_name{};
  std::string password{};
};

struct FlowTokens {
  std::string token{};
  std::string refresh_token{};
};

// A user as these clients see one.
struct FlowUser {
  std::int64_t uid = 0;
  meta::UserRow row{};
  std::string first_name{};
  std::string last_name{};
};

class FlowLogins {
 public:
  // What it is given must outlive it.
  struct Parts {
    meta::MetaStore& store;
    Accounts& accounts;
    Authenticator& authenticator;
    KeyRing& keys;
  };
  FlowLogins(const Parts& parts, const AuthenticatorOptions& options)
      : parts_(parts), tokens_(parts.keys), options_(options) {}

  // Makes the user and logs them in. Error{already_exists}: the e-mail is taken; {invalid_argument}: it is none, or the
  // password is too weak.
  struct SignedUp {
    FlowUser user{};
    FlowTokens tokens{};
  };
  SignedUp sign_up(const FlowSignUp& wanted, const base::RequestId& request);

  // By e-mail: a user's name, else the e-mail that one user has. Error{invalid_argument},
  // {too_many_requests}, {permission_denied, "password-change-required"}.
  FlowTokens login(std::string_view email, const std::string& password, std::string_view remote_address);

  // A new access token. Error{invalid_argument} that says why the refresh token is refused.
  std::string refresh(std::string_view refresh_token);
  // The row of the token that is no more. Errors as refresh() has them.
  meta::FlowRefreshTokenRow logout(std::string_view refresh_token);

 private:
  FlowUser user_of(meta::UserRow row);
  FlowTokens grant(const meta::UserRow& user);
  std::string grant_access(const meta::UserRow& user, std::int64_t uid);
  // Throws unless it is the one that its user has; `without` is said where the user has none.
  meta::FlowRefreshTokenRow require(std::string_view refresh_token, const char* without);

  const Parts parts_;
  const AccessTokens tokens_;
  const AuthenticatorOptions options_;
};

}  // namespace boathouse::auth
