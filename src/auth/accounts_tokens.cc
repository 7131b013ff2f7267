// SPDX-License-Identifier: Apache-2.0
#include "auth/accounts.h"
#include "auth/api_tokens.h"
#include "auth/audited.h"
#include "auth/scope.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

}  // namespace

ApiTokenShown Accounts::create_api_token(const Caller& caller, const NewApiToken& wanted) {
  return audited(store_, caller, "create-token", wanted.name, [&](meta::AuditRow& audit) {
    const Principal& principal = caller.principal;
    if (principal.is_system) throw Error(ErrorKind::permission_denied, "A token belongs to a user.");
    check_credential_name(wanted.name);
    if (wanted.name.empty())
      throw Error(ErrorKind::invalid_argument, "A token needs a name that tells what it is for.");
    WantedScope scope{.workspace = wanted.workspace, .role = wanted.role, .expires_in = wanted.expires_in};
    GrantedScope granted = narrow(access_, principal, scope, audit.at);
    if (granted.workspace) audit.workspace = *granted.workspace;
    ApiTokenShown made{.token = new_api_token()};
    made.row = {.id = base::TokenId(base::uuid_v7()),
                .user = principal.user,
                .name = wanted.name,
                .workspace = granted.workspace,
                .role = granted.role,
                .token_hash = token_hash(made.token),
                .created_at = audit.at,
                .expires_at = granted.expires_at};
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
  audited(store_, caller, "delete-token", id.value, [&](meta::AuditRow& audit) {
    const auto& scope = caller.principal.scope;
    bool may = !scope || !scope->narrows() || scope->token == id;
    if (!may || !store_.accounts().delete_api_token(caller.principal.user, id, audit)) {
      throw Error(ErrorKind::not_found, "There is no such token.");
    }
  });
}

}  // namespace boathouse::auth
