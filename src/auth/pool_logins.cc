// SPDX-License-Identifier: Apache-2.0
#include "auth/pool_logins.h"

#include <boost/json.hpp>

#include "auth/api_tokens.h"
#include "auth/audited.h"
#include "auth/hmac.h"
#include "auth/jwt.h"
#include "auth/set_password.h"
#include "base/encoding.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// As long as Cognito's sessions live unless told otherwise.
constexpr base::Micros kChallengeLifetime = 3 * base::kMinute;
constexpr std::string_view kNewPassword = "new-password";
constexpr std::string_view kSrp = "srp";

Error refused(std::string message) { return {ErrorKind::unauthenticated, std::move(message)}; }
Error wrong_credentials() { return refused("Incorrect username or password."); }
Error bad_session() { return refused("Invalid session for the user, session is expired."); }

// What a client lists to have a flow, in today's words and in the older ones.
bool allows(const std::vector<std::string>& listed, PoolFlow flow) {
  auto has = [&](std::string_view name) { return std::find(listed.begin(), listed.end(), name) != listed.end(); };
  bool older = std::none_of(listed.begin(), listed.end(), [](const auto& name) { return name.starts_with("ALLOW_"); });
  if (listed.empty()) return true;
  switch (flow) {
    case PoolFlow::password: return has("ALLOW_USER_PASSWORD_AUTH") || has("USER_PASSWORD_AUTH");
    case PoolFlow::admin_password: return has("ALLOW_ADMIN_USER_PASSWORD_AUTH") || has("ADMIN_NO_SRP_AUTH");
    case PoolFlow::srp: return older || has("ALLOW_USER_SRP_AUTH");
    case PoolFlow::refresh: return older || has("ALLOW_REFRESH_TOKEN_AUTH");
  }
  return false;
}

// A hash over any of the names that a client may know its user by.
void check_secret_hash(const PoolClient& client, const PoolCall& call, const std::vector<std::string>& names) {
  if (client.secret.empty()) {
    if (call.secret_hash.empty()) return;
    throw refused("Client " + client.row.id + " is not configured for secret but secret hash was received");
  }
  if (call.secret_hash.empty()) {
    throw refused("Client " + client.row.id + " is configured with secret but SECRET_HASH was not received");
  }
  bool right = false;
  for (const std::string& name : names) {
    bool fits = is_same_secret(base::to_base64(hmac_sha256(client.secret, name + client.row.id)), call.secret_hash);
    right = right || (fits && !name.empty());
  }
  if (!right) throw refused("Unable to verify secret hash for client " + client.row.id);
}

std::vector<std::string> names_of(const meta::UserRow& user) { return {user.name, user.email, user.id.value}; }

std::vector<std::string> names_of(const std::optional<meta::UserRow>& user, std::string_view given) {
  std::vector<std::string> names = user ? names_of(*user) : std::vector<std::string>();
  names.emplace_back(given);
  return names;
}

bool is_named(const meta::UserRow& user, std::string_view name) {
  return base::fold_case(name) == base::fold_case(user.name) || name == user.email || name == user.id.value;
}

// Tokens of the pool open no other door's refresh, and one client's none of another client.
std::string refresh_hash(std::string_view client, std::string_view token) {
  return token_hash("pool " + std::string(client) + " " + std::string(token));
}

}  // namespace

PoolClient PoolLogins::client_of(const PoolCall& call) const {
  PoolClient client = parts_.pool.client(call.client_id);
  if (call.flow && !allows(client.flows, *call.flow)) {
    throw Error(ErrorKind::invalid_argument, "This log-in flow is not enabled for the client " + call.client_id + ".");
  }
  return client;
}

PoolAnswer PoolLogins::with_password(const PoolCall& call, const UserPassword& who) {
  PoolClient client = client_of(call);
  auto known = parts_.store.accounts().find_user(who.username);
  check_secret_hash(client, call, names_of(known, who.username));
  if (call.by_admin && !known) throw Error(ErrorKind::not_found, "User does not exist.");
  return admit(call, parts_.authenticator.verify_password(who, call.remote_address));
}

PoolAnswer PoolLogins::with_refresh_token(const PoolCall& call, std::string_view token) {
  PoolClient client = client_of(call);
  auto row = parts_.store.accounts().find_refresh_token(refresh_hash(client.row.id, token));
  if (row && row->revoked_at) throw refused("Refresh Token has been revoked");
  if (!row || row->expires_at <= base::now_micros()) throw refused("Invalid Refresh Token");
  auto user = parts_.store.accounts().find_user(row->user);
  if (!user || user->disabled || user->temporary) throw refused("Invalid Refresh Token");
  check_secret_hash(client, call, names_of(*user));
  return grant(call, *user, row->created_at);
}

PoolAnswer PoolLogins::admit(const PoolCall& call, const meta::UserRow& user) {
  const base::Micros now = base::now_micros();
  if (user.temporary) {
    json::object state{{"user", user.id.value}, {"client", call.client_id}, {"mark", password_mark(user)}};
    return NewPasswordChallenge{.session = seal(kNewPassword, std::move(state), now), .user = user};
  }
  // 43 of 62 characters: more than 256 bits, so its plain hash cannot be searched.
  std::string refresh_token = base::random_text(43);
  meta::RefreshTokenRow row{.id = base::TokenId(base::uuid_v7()),
                            .user = user.id,
                            .token_hash = refresh_hash(call.client_id, refresh_token),
                            .created_at = now,
                            .expires_at = now + parts_.options.refresh_lifetime};
  if (!parts_.store.accounts().insert_refresh_token(row, user.password_hash)) throw wrong_credentials();
  PoolGrant granted = grant(call, user, now);
  granted.refresh_token = std::move(refresh_token);
  return granted;
}

PoolGrant PoolLogins::grant(const PoolCall& call, const meta::UserRow& user, base::Micros logged_in_at) {
  const base::Micros now = base::now_micros();
  PoolAttributes attributes = attributes_of(user);
  PoolClaims claims{.user = user.id,
                    .username = user.name,
                    .email = user.email,
                    .email_verified = attributes["email_verified"] == "true",
                    .client = call.client_id,
                    .password_mark = password_mark(user),
                    .logged_in_at = logged_in_at,
                    .issued_at = now,
                    .expires_at = now + parts_.options.access_lifetime};
  for (meta::PoolGroupRow& group : parts_.groups.of(user.id)) claims.groups.push_back(std::move(group.name));
  return {.tokens = parts_.tokens.issue(claims, call.issuer),
          .expires_in = parts_.options.access_lifetime / base::kSecond};
}

PoolAnswer PoolLogins::set_new_password(const PoolCall& call, std::string_view session, std::string_view username,
                                        std::string_view password) {
  PoolClient client = client_of(call);
  json::object state = open(kNewPassword, session);
  auto user = parts_.store.accounts().find_user(base::UserId(text_claim(state, "user")));
  bool holds = user && !user->disabled && is_named(*user, username) && text_claim(state, "client") == client.row.id &&
               text_claim(state, "mark") == password_mark(*user);
  if (!holds) throw bad_session();
  check_secret_hash(client, call, names_of(*user));
  Principal self{.user = user->id, .name = user->name};
  audited(parts_.store, {.principal = self, .request = call.request}, "change-password", user->name,
          [&](meta::AuditRow& audit) {
            if (PasswordHasher::Place(parts_.maker.hasher).verify(user->password_hash, password)) {
              throw Error(ErrorKind::invalid_argument, "The new password must differ from the temporary one.")
                  .code("weak-password");
            }
            meta::UserChange change{.expected_password_hash = user->password_hash, .at = audit.at};
            set_password(change, *user, password, false, PasswordRules::full, parts_.maker);
            if (parts_.store.accounts().update_user(user->id, change, audit) != meta::ChangeOutcome::done) {
              throw bad_session();
            }
          });
  user = parts_.store.accounts().find_user(user->id);
  if (!user) throw bad_session();
  return admit(call, *user);
}

PoolAnswer PoolLogins::begin_srp(const PoolCall& call, std::string_view username, std::string_view client_key) {
  PoolClient client = client_of(call);
  auto user = parts_.store.accounts().find_user(username);
  check_secret_hash(client, call, names_of(user, username));
  if (!is_srp_client_key(client_key)) {
    throw Error(ErrorKind::invalid_argument,
                "SRP_A must be a number of at most 3072 bits in hex, and no multiple of N.");
  }
  if (call.by_admin && !user) throw Error(ErrorKind::not_found, "User does not exist.");
  auto verifier = user && parts_.maker.srp ? parts_.maker.srp->of(*user) : std::nullopt;
  if (!verifier || user->disabled) throw wrong_credentials();
  SrpServerKey server = make_srp_server_key(*verifier);
  json::object state{{"user", user->id.value}, {"client", client.row.id}, {"mark", password_mark(*user)},
                     {"a", client_key},        {"b", server.secret},      {"shown", server.shown}};
  return SrpChallenge{.username = user->name,
                      .salt = verifier->salt,
                      .server_key = server.shown,
                      .secret_block = base::to_base64(seal(kSrp, std::move(state), base::now_micros()))};
}

PoolAnswer PoolLogins::prove_srp(const PoolCall& call, const SrpProof& proof) {
  PoolClient client = client_of(call);
  auto block = base::from_base64(proof.secret_block);
  json::object state = open(kSrp, block.value_or(""));
  auto user = parts_.store.accounts().find_user(base::UserId(text_claim(state, "user")));
  auto verifier = user && parts_.maker.srp ? parts_.maker.srp->of(*user) : std::nullopt;
  bool holds = verifier && !user->disabled && is_named(*user, proof.username) &&
               text_claim(state, "client") == client.row.id && text_claim(state, "mark") == password_mark(*user);
  if (!holds) throw wrong_credentials();
  check_secret_hash(client, call, names_of(*user));
  use_once(proof.secret_block, base::now_micros());

  Throttle& throttle = parts_.authenticator.throttle();
  throttle.check(user->name, call.remote_address);
  SrpServerKey server{.secret = text_claim(state, "b"), .shown = text_claim(state, "shown")};
  auto key = srp_session_key(*verifier, server, text_claim(state, "a"));
  const std::string& pool = parts_.maker.srp->pool();
  bool right = key && is_same_secret(srp_claim(*key, pool, user->name, *block, proof.timestamp),
                                     base::from_base64(proof.signature).value_or(""));
  if (!right) {
    throttle.failed(user->name, call.remote_address);
    throw wrong_credentials();
  }
  throttle.succeeded(user->name, call.remote_address);
  return admit(call, *user);
}

meta::UserRow PoolLogins::user_of(std::string_view access_token) {
  return parts_.authenticator.pool_user(access_token, PoolTokenUse::access);
}

void PoolLogins::revoke(std::string_view client_id, std::string_view client_secret, std::string_view refresh_token) {
  PoolClient client = parts_.pool.client(client_id);
  if (!is_same_secret(client.secret, client_secret)) throw refused("The client's secret is not right.");
  parts_.store.accounts().revoke_refresh_token(refresh_hash(client.row.id, refresh_token), base::now_micros());
}

std::string PoolLogins::seal(std::string_view purpose, json::object state, base::Micros now) const {
  state["until"] = now + kChallengeLifetime;
  return parts_.sealer.seal(json::serialize(state), std::string(purpose) + ":" + parts_.pool.id());
}

json::object PoolLogins::open(std::string_view purpose, std::string_view sealed) const {
  json::object state;
  try {
    state = json::parse(parts_.sealer.open(sealed, std::string(purpose) + ":" + parts_.pool.id())).as_object();
  } catch (const Error&) {
    throw bad_session();
  }
  if (state.at("until").as_int64() <= base::now_micros()) throw bad_session();
  return state;
}

// One try for each block: a proof that was overheard, or a second guess, needs a challenge of its own.
void PoolLogins::use_once(std::string_view secret_block, base::Micros now) {
  std::lock_guard lock(mutex_);
  std::erase_if(answered_, [now](const auto& entry) { return entry.second <= now; });
  if (!answered_.emplace(base::sha256(secret_block), now + kChallengeLifetime).second) throw bad_session();
}

}  // namespace boathouse::auth
