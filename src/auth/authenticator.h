// SPDX-License-Identifier: Apache-2.0
// From credentials to a Principal. Whatever is shown is checked against the user's row each time, so a disabled or
// deleted user stops at once. Any thread; calls block (a read, and tens of milliseconds for a password not remembered).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "auth/access_keys.h"
#include "auth/access_tokens.h"
#include "auth/pool_tokens.h"
#include "auth/principal.h"
#include "auth/remembered_credentials.h"
#include "auth/set_password.h"
#include "auth/sigv4.h"
#include "auth/throttle.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct UserPassword {
  std::string username{};
  std::string password{};
};

struct Credentials {
  std::string authorization{};             // the header: `Bearer <access or API token>` or `Basic ..`; empty: none
  std::optional<UserPassword> password{};  // from form fields; looked at when there is no header
  std::string remote_address{};            // without the port; for throttling
};

struct AuthenticatorOptions {
  base::Micros access_lifetime = base::kHour;
  base::Micros refresh_lifetime = 7 * base::kDay;
  base::Micros remember = base::kMinute;  // how long verified passwords are remembered in memory
  ThrottleLimits per_account{};
  ThrottleLimits per_address{.free_failures = 100};
};

struct AccessGrant {
  std::string access_token{};
  std::int64_t expires_in = 0;  // seconds
};
struct LoginGrant {
  AccessGrant access{};
  std::string refresh_token{};
  base::UserId user{};
};

// Whose an access key is, and what its signatures are made with.
struct KnownAccessKey {
  Principal principal{};
  std::string secret{};
};

// Who signed a request, and what signatures that follow its own (of chunks) are made with.
struct Signer {
  Principal principal{};
  sigv4::Claim claim{};
  std::string signing_key{};  // raw bytes
};

class Authenticator {
 public:
  // What it is given must outlive it.
  struct Parts {
    meta::MetaStore& store;
    PasswordMaker maker;
    KeyRing& keys;
    const AccessKeys& access_keys;
    PoolTokens& pool_tokens;
  };
  Authenticator(const Parts& parts, const AuthenticatorOptions& options);

  // Error{unauthenticated} for no, wrong, expired or revoked credentials; too_many_requests when throttled;
  // permission_denied with code "password-change-required" for a temporary password.
  Principal authenticate(const Credentials& credentials);

  // By a token alone, however it was carried: an API token, an access token, or an id or access token of the user pool.
  Principal from_token(std::string_view token);

  // Whoever made an earlier request, as things are now, for work that goes on after its answer; `token` is the API token
  // that spoke. Error{unauthenticated} once the user is gone or disabled, or the token revoked or expired.
  Principal again(const base::UserId& user, const std::optional<base::TokenId>& token);

  // For doors whose requests are signed: nullopt for an unknown or expired key and for one of a user who is disabled.
  // The caller checks the signature before it believes anything. Error{unavailable, "seal-broken"}.
  std::optional<KnownAccessKey> find_access_key(const base::AccessKeyId& id);

  // Who signed a request. Error{unauthenticated}: "signature-missing", "unknown-access-key", or as sigv4::check() has it.
  Signer signer_of(const sigv4::Request& request, std::string_view service, sigv4::PathStyle style,
                   std::string_view payload_hash);
  Principal from_signature(const sigv4::Request& request, std::string_view service, sigv4::PathStyle style,
                           std::string_view payload_hash);

  // The three below throw as authenticate() does.
  LoginGrant login(const UserPassword& who, std::string_view remote_address);
  // A new access token; the refresh token stays as it is.
  AccessGrant refresh(std::string_view refresh_token);
  // Changes a password, temporary or not, by knowing it. Error{invalid_argument, "weak-password"} by the rules.
  void change_password(const UserPassword& who, std::string_view new_password, std::string_view remote_address,
                       const base::RequestId& request);

  // Revokes; no error when it is unknown or already revoked.
  void logout(std::string_view refresh_token);

  // The user whose password this is, temporary or not. Throws as authenticate() does; throttled.
  meta::UserRow verify_password(const UserPassword& who, std::string_view remote_address);
  // The same, refusing a temporary one.
  meta::UserRow verify_lasting_password(const UserPassword& who, std::string_view remote_address);
  // The user whom a token of the pool belongs to; of that use only, where one is named. Error{unauthenticated}.
  meta::UserRow pool_user(std::string_view token, std::optional<PoolTokenUse> use);
  // For doors that check passwords by other means: their failures count here too.
  Throttle& throttle() { return throttle_; }

 private:
  std::optional<meta::UserRow> remembered_user(const std::string& remembrance);
  std::optional<meta::UserRow> user_of_access_token(std::string_view token);
  Principal from_api_token(std::string_view token);
  Principal from_basic(std::string_view encoded, std::string_view remote_address);
  Principal from_password(const UserPassword& who, std::string_view remote_address);
  Principal make_principal(const meta::UserRow& user, std::optional<TokenScope> scope);
  std::optional<base::WorkspaceId> main_workspace();
  AccessGrant grant_access(const meta::UserRow& user);
  // Runs `touch`, unless the use before was noted within this minute.
  template <class Touch>
  void note_use(const std::optional<base::Micros>& last_used, base::Micros now, Touch touch);

  void keep_srp_verifier(const meta::UserRow& user, std::string_view password);

  meta::MetaStore& store_;
  const PasswordMaker maker_;
  const AccessTokens tokens_;
  PoolTokens& pool_tokens_;
  const AccessKeys& access_keys_;
  const AuthenticatorOptions options_;
  Throttle throttle_;                 // its own locks
  RememberedCredentials remembered_;  // its own lock

  // Guarded by main_mutex_:
  std::mutex main_mutex_;
  std::optional<base::WorkspaceId> main_;
};

}  // namespace boathouse::auth
