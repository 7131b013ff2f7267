// SPDX-License-Identifier: Apache-2.0
#include "auth/accounts.h"
#include "auth/api_tokens.h"
#include "auth/audited.h"
#include "base/encoding.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::int64_t kLongestExpiry = 100LL * 365 * 24 * 3600;

void check_token_name(std::string_view name) {
  bool good = !name.empty() && base::is_utf8(name) && base::code_points(name) <= 128;
  for (unsigned char c : name) good = good && c >= 0x20 && c != 0x7f;
  if (!good) throw Error(ErrorKind::invalid_argument, "A token's name has 1 to 128 characters, no control characters.");
}

std::optional<base::Micros> expiry(const NewApiToken& wanted, const std::optional<TokenScope>& own, base::Micros now) {
  if (wanted.expires_in && (*wanted.expires_in < 1 || *wanted.expires_in > kLongestExpiry)) {
    throw Error(ErrorKind::invalid_argument, "expires_in must be 1 or more seconds, at most 100 years.");
  }
  std::optional<base::Micros> at;
  if (wanted.expires_in) at = now + *wanted.expires_in * base::kSecond;
  if (!own || !own->expires_at) return at;
  if (at && *at > *own->expires_at) {
    throw Error(ErrorKind::permission_denied, "A token cannot make one that lives longer than itself.");
  }
  return own->expires_at;
}

std::optional<meta::Role> role_within(const std::optional<meta::Role>& wanted, const std::optional<meta::Role>& own) {
  if (wanted && own && *wanted > *own) {
    throw Error(ErrorKind::permission_denied, "The role " + std::string(to_string(*wanted)) + " is above your own, " +
                                                  std::string(to_string(*own)) + ".");
  }
  return wanted;
}

}  // namespace

ApiTokenShown Accounts::create_api_token(const Caller& caller, const NewApiToken& wanted) {
  return audited(caller, "create-token", wanted.name, [&](meta::AuditRow& audit) {
    const Principal& principal = caller.principal;
    if (principal.is_system) throw Error(ErrorKind::permission_denied, "A token belongs to a user.");
    check_token_name(wanted.name);
    ApiTokenShown made{.token = new_api_token()};
    made.row = {.id = base::TokenId(base::uuid_v7()),
                .user = principal.user,
                .name = wanted.name,
                .token_hash = token_hash(made.token),
                .created_at = audit.at,
                .expires_at = expiry(wanted, principal.scope, audit.at)};
    if (principal.scope) {
      made.row.workspace = principal.scope->workspace;
      made.row.role = principal.scope->role_cap;
    }
    std::optional<meta::Role> own = made.row.role;
    if (wanted.workspace) {
      Access access = access_.decide(principal, Action::read, *wanted.workspace);
      made.row.workspace = audit.workspace = access.workspace.id;
      own = access.role;
    }
    if (auto role = role_within(wanted.role, own)) made.row.role = role;
    store_.accounts().insert_api_token(made.row, audit);
    return made;
  });
}

std::vector<meta::ApiTokenRow> Accounts::list_api_tokens(const Principal& principal) {
  auto tokens = store_.accounts().list_api_tokens(principal.user);
  if (principal.scope && principal.scope->narrows()) {
    std::erase_if(tokens, [&](const meta::ApiTokenRow& token) { return token.id != principal.scope->token; });
  }
  return tokens;
}

void Accounts::delete_api_token(const Caller& caller, const base::TokenId& id) {
  audited(caller, "delete-token", id.value, [&](meta::AuditRow& audit) {
    const auto& scope = caller.principal.scope;
    bool may = !scope || !scope->narrows() || scope->token == id;
    if (!may || !store_.accounts().delete_api_token(caller.principal.user, id, audit)) {
      throw Error(ErrorKind::not_found, "There is no such token.");
    }
  });
}

}  // namespace boathouse::auth
