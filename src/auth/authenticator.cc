// SPDX-License-Identifier: Apache-2.0
#include "auth/authenticator.h"

#include "auth/api_tokens.h"
#include "auth/audited.h"
#include "auth/set_password.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

Error wrong_credentials() { return {ErrorKind::unauthenticated, "Incorrect username or password."}; }
Error bad_token() { return {ErrorKind::unauthenticated, "The token is not valid or has expired."}; }

void require_lasting_password(const meta::UserRow& user) {
  if (!user.temporary) return;
  throw Error(ErrorKind::permission_denied, "The password is temporary: change it first (POST /v1/password).")
      .code("password-change-required");
}

// `Scheme rest`, the scheme without case.
struct Authorization {
  std::string scheme;
  std::string_view rest;
};
Authorization split(std::string_view header) {
  std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return {base::fold_case(header), {}};
  std::string_view rest = header.substr(space);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return {base::fold_case(header.substr(0, space)), rest};
}

TokenScope scope_of(const meta::ApiTokenRow& row) {
  return {.token = row.id, .workspace = row.workspace, .role_cap = row.role, .expires_at = row.expires_at};
}

}  // namespace

Authenticator::Authenticator(const Parts& parts, const AuthenticatorOptions& options)
    : store_(parts.store),
      maker_(parts.maker),
      tokens_(parts.keys),
      pool_tokens_(parts.pool_tokens),
      access_keys_(parts.access_keys),
      options_(options),
      throttle_(options.per_account, options.per_address),
      remembered_(options.remember) {}

Principal Authenticator::authenticate(const Credentials& credentials) {
  if (!credentials.authorization.empty()) {
    Authorization authorization = split(credentials.authorization);
    if (authorization.scheme == "basic") return from_basic(authorization.rest, credentials.remote_address);
    if (authorization.scheme != "bearer") {
      throw Error(ErrorKind::unauthenticated, "The Authorization header must be 'Bearer <token>' or Basic.");
    }
    return from_token(authorization.rest);
  }
  if (!credentials.password) throw Error(ErrorKind::unauthenticated, "This needs credentials.");
  return from_password(*credentials.password, credentials.remote_address);
}

Principal Authenticator::from_token(std::string_view token) {
  if (is_api_token(token)) return from_api_token(token);
  if (auto user = user_of_access_token(token)) return make_principal(*user, std::nullopt);
  return make_principal(pool_user(token, std::nullopt), std::nullopt);
}

LoginGrant Authenticator::login(const UserPassword& who, std::string_view remote_address) {
  meta::UserRow user = verify_lasting_password(who, remote_address);
  base::Micros now = base::now_micros();
  // 43 of 62 characters: more than 256 bits, so its plain hash cannot be searched.
  std::string refresh_token = base::random_text(43);
  meta::RefreshTokenRow row{.id = base::TokenId(base::uuid_v7()),
                            .user = user.id,
                            .token_hash = token_hash(refresh_token),
                            .created_at = now,
                            .expires_at = now + options_.refresh_lifetime};
  if (!store_.accounts().insert_refresh_token(row, user.password_hash)) throw wrong_credentials();
  return {.access = grant_access(user), .refresh_token = std::move(refresh_token), .user = user.id};
}

AccessGrant Authenticator::refresh(std::string_view refresh_token) {
  auto row = store_.accounts().find_refresh_token(token_hash(refresh_token));
  if (row && row->revoked_at) {
    throw Error(ErrorKind::unauthenticated, "The refresh token has been revoked.").code("refresh-token-revoked");
  }
  if (!row || row->expires_at <= base::now_micros()) throw bad_token();
  auto user = store_.accounts().find_user(row->user);
  if (!user || user->disabled) throw bad_token();
  require_lasting_password(*user);
  return grant_access(*user);
}

void Authenticator::logout(std::string_view refresh_token) {
  store_.accounts().revoke_refresh_token(token_hash(refresh_token), base::now_micros());
}

void Authenticator::change_password(const UserPassword& who, std::string_view new_password,
                                    std::string_view remote_address, const base::RequestId& request) {
  meta::UserRow user = verify_password(who, remote_address);
  audited(store_, {.principal = {.user = user.id, .name = user.name}, .request = request}, "change-password", user.name,
          [&](meta::AuditRow& audit) {
            if (new_password == who.password) {
              throw Error(ErrorKind::invalid_argument, "The new password must differ from the old one.")
                  .code("weak-password");
            }
            meta::UserChange change{.expected_password_hash = user.password_hash, .at = audit.at};
            set_password(change, user, new_password, false, PasswordRules::full, maker_);
            // Somebody else changed it in between: the old one is not right any more.
            if (store_.accounts().update_user(user.id, change, audit) != meta::ChangeOutcome::done) {
              throw wrong_credentials();
            }
          });
}

// Throttling is looked at again once there is a place for hashing: however many come at once, no more than there are
// places slip past it. Those who came with the same right password meanwhile find it remembered.
meta::UserRow Authenticator::verify_password(const UserPassword& who, std::string_view remote_address) {
  const std::string remembrance = remembered_.key_of(who.username, who.password);
  if (auto user = remembered_user(remembrance)) return *std::move(user);
  throttle_.check(who.username, remote_address);
  PasswordHasher::Place place(maker_.hasher);
  if (auto user = remembered_user(remembrance)) return *std::move(user);
  throttle_.check(who.username, remote_address);
  auto user = store_.accounts().find_user(who.username);
  bool right = place.verify(user ? user->password_hash : "", who.password);
  if (!right || user->disabled) {
    throttle_.failed(who.username, remote_address);
    throw wrong_credentials();
  }
  throttle_.succeeded(who.username, remote_address);
  remembered_.remember(remembrance, {user->id, user->password_hash}, base::steady_micros());
  keep_srp_verifier(*user, who.password);
  return *std::move(user);
}

meta::UserRow Authenticator::verify_lasting_password(const UserPassword& who, std::string_view remote_address) {
  meta::UserRow user = verify_password(who, remote_address);
  require_lasting_password(user);
  return user;
}

std::optional<meta::UserRow> Authenticator::remembered_user(const std::string& remembrance) {
  auto remembered = remembered_.find(remembrance, base::steady_micros());
  if (!remembered) return std::nullopt;
  auto user = store_.accounts().find_user(remembered->user);
  bool holds = user && !user->disabled && user->password_hash == remembered->password_hash;
  return holds ? std::move(user) : std::nullopt;
}

// A password that was set while SRP was off gets its verifier with its first use. A full disk must not keep anybody out.
void Authenticator::keep_srp_verifier(const meta::UserRow& user, std::string_view password) {
  if (!maker_.srp || !maker_.srp->enabled() || !user.srp_verifier.empty()) return;
  try {
    std::string verifier = maker_.srp->make(user.id, user.name, password);
    store_.accounts().set_srp_verifier(user.id, user.password_hash, verifier);
  } catch (const Error& error) {
    base::log_warning("srp_verifier_not_kept", {{"error", error.message()}});
  }
}

std::optional<meta::UserRow> Authenticator::user_of_access_token(std::string_view token) {
  auto claims = tokens_.verify(token, base::now_micros());
  if (!claims) return std::nullopt;
  auto user = store_.accounts().find_user(claims->user);
  bool holds = user && !user->disabled && claims->password_mark == password_mark(*user);
  return holds ? std::move(user) : std::nullopt;
}

meta::UserRow Authenticator::pool_user(std::string_view token, std::optional<PoolTokenUse> use) {
  auto claims = pool_tokens_.verify(token, base::now_micros());
  if (!claims || claims->use != use.value_or(claims->use)) throw bad_token();
  auto user = store_.accounts().find_user(claims->user);
  bool holds = user && !user->disabled && claims->password_mark == password_mark(*user);
  if (!holds) throw bad_token();
  return *std::move(user);
}

Principal Authenticator::from_api_token(std::string_view token) {
  auto row = store_.accounts().find_api_token(token_hash(token));
  base::Micros now = base::now_micros();
  if (!row || row->expires_at.value_or(now + 1) <= now) throw bad_token();
  auto user = store_.accounts().find_user(row->user);
  if (!user || user->disabled) throw bad_token();
  note_use(row->last_used, now, [&] { store_.accounts().touch_api_token(row->id, now); });
  return make_principal(*user, scope_of(*row));
}

Principal Authenticator::again(const base::UserId& user, const std::optional<base::TokenId>& token) {
  auto row = store_.accounts().find_user(user);
  if (!row || row->disabled)
    throw Error(ErrorKind::unauthenticated, "The user who asked for this is gone or disabled.");
  if (!token) return make_principal(*row, std::nullopt);
  base::Micros now = base::now_micros();
  for (const meta::ApiTokenRow& known : store_.accounts().list_api_tokens(user)) {
    if (known.id == *token && known.expires_at.value_or(now + 1) > now) return make_principal(*row, scope_of(known));
  }
  throw Error(ErrorKind::unauthenticated, "The API token that asked for this has been revoked or has expired.");
}

std::optional<KnownAccessKey> Authenticator::find_access_key(const base::AccessKeyId& id) {
  auto row = store_.accounts().find_access_key(id);
  base::Micros now = base::now_micros();
  if (!row || row->expires_at.value_or(now + 1) <= now) return std::nullopt;
  auto user = store_.accounts().find_user(row->user);
  if (!user || user->disabled) return std::nullopt;
  note_use(row->last_used, now, [&] { store_.accounts().touch_access_key(row->id, now); });
  TokenScope scope{.token = base::TokenId(row->id.value),
                   .workspace = row->workspace,
                   .role_cap = row->role,
                   .expires_at = row->expires_at};
  return KnownAccessKey{.principal = make_principal(*user, std::move(scope)), .secret = access_keys_.secret_of(*row)};
}

Principal Authenticator::from_signature(const sigv4::Request& request, std::string_view service, sigv4::PathStyle style,
                                        std::string_view payload_hash) {
  return signer_of(request, service, style, payload_hash).principal;
}

Signer Authenticator::signer_of(const sigv4::Request& request, std::string_view service, sigv4::PathStyle style,
                                std::string_view payload_hash) {
  auto claim = sigv4::read_claim(request);
  if (!claim) throw Error(ErrorKind::unauthenticated, "The request is not signed.").code("signature-missing");
  auto key = find_access_key(claim->key);
  if (!key) {
    throw Error(ErrorKind::unauthenticated,
                "The access key " + claim->key.value + " is not known, or its user is disabled.")
        .code("unknown-access-key");
  }
  sigv4::check(request, *claim, key->secret, service, style, payload_hash, base::now_micros());
  std::string signing_key = sigv4::signing_key(key->secret, *claim);
  return {.principal = std::move(key->principal), .claim = *std::move(claim), .signing_key = std::move(signing_key)};
}

Principal Authenticator::from_basic(std::string_view encoded, std::string_view remote_address) {
  auto decoded = base::from_base64(encoded);
  std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) throw wrong_credentials();
  return from_password({decoded->substr(0, colon), decoded->substr(colon + 1)}, remote_address);
}

Principal Authenticator::from_password(const UserPassword& who, std::string_view remote_address) {
  const meta::UserRow user = verify_lasting_password(who, remote_address);
  return make_principal(user, std::nullopt);
}

Principal Authenticator::make_principal(const meta::UserRow& user, std::optional<TokenScope> scope) {
  Principal principal{
      .user = user.id, .name = user.name, .personal_workspace = user.personal_workspace, .scope = std::move(scope)};
  auto main = main_workspace();
  bool narrowed_away = principal.scope && ((principal.scope->workspace && principal.scope->workspace != main) ||
                                           principal.scope->role_cap.value_or(meta::Role::owner) != meta::Role::owner);
  principal.is_admin = main && !narrowed_away && store_.accounts().find_role(*main, user.id) == meta::Role::owner;
  return principal;
}

// `main` is never removed, so its id is looked up until it is there, then kept.
std::optional<base::WorkspaceId> Authenticator::main_workspace() {
  std::lock_guard lock(main_mutex_);
  if (!main_) {
    if (auto row = store_.accounts().find_workspace(meta::kMainWorkspace)) main_ = row->id;
  }
  return main_;
}

AccessGrant Authenticator::grant_access(const meta::UserRow& user) {
  base::Micros now = base::now_micros();
  std::string token = tokens_.issue({.user = user.id,
                                     .name = user.name,
                                     .password_mark = password_mark(user),
                                     .issued_at = now,
                                     .expires_at = now + options_.access_lifetime});
  return {.access_token = std::move(token), .expires_in = options_.access_lifetime / base::kSecond};
}

// To the minute: a write for every request would cost each an fsync. A full disk must not keep anybody from reading.
template <class Touch>
void Authenticator::note_use(const std::optional<base::Micros>& last_used, base::Micros now, Touch touch) {
  if (last_used && now - *last_used < base::kMinute) return;
  try {
    touch();
  } catch (const Error& error) {
    base::log_warning("use_not_noted", {{"error", error.message()}});
  }
}

}  // namespace boathouse::auth
