// SPDX-License-Identifier: Apache-2.0
// Log-ins to the user pool as Cognito's clients make them: by password, by SRP, by refresh token, and what may stand
// between: a challenge to set a new password, a challenge to prove the password by SRP. What a challenge needs to be
// answered travels sealed with the client, for three minutes, so nothing is kept here meanwhile.
//
// Any thread; calls block (some for the time of a password hash). Errors: unauthenticated for whatever was not proved,
// with words that Cognito's clients know; not_found for users (only where `by_admin`) and clients; invalid_argument;
// too_many_requests where passwords were guessed.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "auth/authenticator.h"
#include "auth/pool_attributes.h"
#include "auth/pool_groups.h"
#include "auth/pool_tokens.h"
#include "auth/user_pool.h"

namespace boathouse::auth {

enum class PoolFlow { password, admin_password, srp, refresh };

// What comes with every call of a client.
struct PoolCall {
  std::string client_id{};
  std::string secret_hash{};       // base64; empty: none
  std::optional<PoolFlow> flow{};  // none: the client answers what another flow asked
  bool by_admin = false;           // signed by an owner of `main`, which the door has seen to
  std::string issuer{};            // of the tokens: the pool's URL
  std::string remote_address{};
  base::RequestId request{};
};

struct PoolGrant {
  PoolTokenPair tokens{};
  std::string refresh_token{};  // empty where one was used
  std::int64_t expires_in = 0;  // seconds
};
struct NewPasswordChallenge {
  std::string session{};
  meta::UserRow user{};
};
struct SrpChallenge {
  std::string username{};  // as it goes into the hashes
  std::string salt{};
  std::string server_key{};    // SRP_B
  std::string secret_block{};  // base64
};
using PoolAnswer = std::variant<PoolGrant, NewPasswordChallenge, SrpChallenge>;

// The client's answer to an SrpChallenge.
struct SrpProof {
  std::string username{};
  std::string secret_block{};
  std::string signature{};  // base64
  std::string timestamp{};
};

class PoolLogins {
 public:
  struct Parts {
    meta::MetaStore& store;
    Authenticator& authenticator;
    const UserPool& pool;
    const PoolGroups& groups;
    PoolTokens& tokens;
    const Sealer& sealer;
    PasswordMaker maker;
    AuthenticatorOptions options;
  };
  explicit PoolLogins(const Parts& parts) : parts_(parts) {}

  PoolAnswer with_password(const PoolCall& call, const UserPassword& who);
  PoolAnswer with_refresh_token(const PoolCall& call, std::string_view token);
  PoolAnswer begin_srp(const PoolCall& call, std::string_view username, std::string_view client_key);

  PoolAnswer prove_srp(const PoolCall& call, const SrpProof& proof);
  PoolAnswer set_new_password(const PoolCall& call, std::string_view session, std::string_view username,
                              std::string_view password);

  // The user whose access token this is; not for id tokens.
  meta::UserRow user_of(std::string_view access_token);
  // No error when the token is unknown. `client_secret` is empty for a client without one.
  void revoke(std::string_view client_id, std::string_view client_secret, std::string_view refresh_token);

 private:
  PoolClient client_of(const PoolCall& call) const;
  PoolAnswer admit(const PoolCall& call, const meta::UserRow& user);
  PoolGrant grant(const PoolCall& call, const meta::UserRow& user, base::Micros logged_in_at);
  std::string seal(std::string_view purpose, boost::json::object state, base::Micros now) const;
  boost::json::object open(std::string_view purpose, std::string_view sealed) const;
  void use_once(std::string_view secret_block, base::Micros now);

  const Parts parts_;

  // Guarded by mutex_: secret blocks that were answered, by their SHA-256, until they expire.
  std::mutex mutex_;
  std::unordered_map<std::string, base::Micros> answered_;
};

}  // namespace boathouse::auth
