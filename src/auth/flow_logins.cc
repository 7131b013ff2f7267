// SPDX-License-Identifier: Apache-2.0
#include "auth/flow_logins.h"

#include "auth/api_tokens.h"
#include "auth/pool_attributes.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kFirstName = "given_name";
constexpr const char* kLastName = "family_name";

Error refused(const char* message) { return {ErrorKind::invalid_argument, message}; }
Error wrong_credentials() { return refused("Invalid credentials"); }
Error bad_refresh_token() { return refused("Invalid or expired refresh token"); }

void check_name(const char* field, std::string_view name) {
  if (name.find('\0') == std::string_view::npos) return;
  throw Error(ErrorKind::invalid_argument, std::string("The ") + field + " must have no NUL").with("field", field);
}

std::string attribute(const PoolAttributes& attributes, const char* name) {
  auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

}  // namespace

FlowUser FlowLogins::user_of(meta::UserRow row) {
  const PoolAttributes attributes = attributes_of(row);
  FlowUser user{.uid = parts_.store.flows().uid_of(row.id),
                .first_name = attribute(attributes, kFirstName),
                .last_name = attribute(attributes, kLastName)};
  user.row = std::move(row);
  return user;
}

FlowLogins::SignedUp FlowLogins::sign_up(const FlowSignUp& wanted, const base::RequestId& request) {
  check_name("firstName", wanted.first_name);
  check_name("lastName", wanted.last_name);
  const KeptAttributes names = change_attributes({}, {{kFirstName, wanted.first_name}, {kLastName, wanted.last_name}});
  const NewUser user{.name = wanted.email,
                     .password = wanted.password,
                     .email = wanted.email,
                     .attributes = names.json,
                     .rules = PasswordRules::length_only};
  SignedUp made{.user = user_of(parts_.accounts.sign_up(user, request))};
  made.tokens = grant(made.user.row);
  return made;
}

FlowTokens FlowLogins::login(std::string_view email, const std::string& password, std::string_view remote_address) {
  const auto known = parts_.store.accounts().find_person(email);
  const UserPassword who{.username = known ? known->name : std::string(email), .password = password};
  try {
    return grant(parts_.authenticator.verify_lasting_password(who, remote_address));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unauthenticated) throw wrong_credentials();
    throw;
  }
}

// The password may have been changed since it was looked at: then it is not right any more.
FlowTokens FlowLogins::grant(const meta::UserRow& user) {
  const base::Micros now = base::now_micros();
  // To the second, as the token itself says.
  const base::Micros end = (now + options_.refresh_lifetime) / base::kSecond * base::kSecond;
  const std::int64_t uid = parts_.store.flows().uid_of(user.id);
  FlowTokens tokens{.token = grant_access(user, uid),
                    .refresh_token = tokens_.issue_refresh({.uid = uid, .issued_at = now, .expires_at = end})};
  const meta::FlowRefreshTokenRow row{.uid = uid,
                                      .token_hash = token_hash(tokens.refresh_token),
                                      .created_at = now,
                                      .updated_at = now,
                                      .expires_at = end};
  if (!parts_.store.flows().put_refresh_token(row, user.id, user.password_hash)) throw wrong_credentials();
  return tokens;
}

std::string FlowLogins::grant_access(const meta::UserRow& user, std::int64_t uid) {
  const base::Micros now = base::now_micros();
  return tokens_.issue({.user = user.id,
                        .name = user.name,
                        .password_mark = password_mark(user),
                        .issued_at = now,
                        .expires_at = now + options_.access_lifetime,
                        .uid = uid});
}

// The kept hash is what decides: it outlives a rotation of the key that signed the token.
meta::FlowRefreshTokenRow FlowLogins::require(std::string_view refresh_token, const char* without) {
  const base::Micros now = base::now_micros();
  if (auto row = parts_.store.flows().find_refresh_token(token_hash(refresh_token))) {
    if (row->expires_at <= now) throw bad_refresh_token();
    return *std::move(row);
  }
  const auto claims = tokens_.verify_refresh(refresh_token, now);
  if (!claims) throw bad_refresh_token();
  throw refused(parts_.store.flows().has_refresh_token(claims->uid) ? "Overwritten refresh token" : without);
}

std::string FlowLogins::refresh(std::string_view refresh_token) {
  const meta::FlowRefreshTokenRow row = require(refresh_token, "Revoked refresh token");
  const auto user = parts_.store.accounts().find_user(row.user);
  if (!user || user->disabled || user->temporary) throw bad_refresh_token();
  return grant_access(*user, row.uid);
}

meta::FlowRefreshTokenRow FlowLogins::logout(std::string_view refresh_token) {
  constexpr const char* kSignedOut = "Already signed out";
  meta::FlowRefreshTokenRow row = require(refresh_token, kSignedOut);
  if (!parts_.store.flows().delete_refresh_token(row.token_hash)) throw refused(kSignedOut);
  return row;
}

}  // namespace boathouse::auth
