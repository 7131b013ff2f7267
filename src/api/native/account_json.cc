// SPDX-License-Identifier: Apache-2.0
#include "api/native/account_json.h"

#include <boost/json/parse.hpp>

#include "base/error.h"

namespace boathouse::api::native {
namespace json = boost::json;

json::object to_json(const auth::AccessGrant& grant) {
  return {{"access_token", grant.access_token}, {"token_type", "Bearer"}, {"expires_in", grant.expires_in}};
}

json::object to_json(const meta::UserRow& user) {
  return {{"name", user.name},
          {"email", text_or_null(user.email)},
          {"disabled", user.disabled},
          {"temporary", user.temporary},
          {"created_at", base::to_rfc3339(user.created_at)},
          {"updated_at", base::to_rfc3339(user.updated_at)}};
}

json::object to_json(const meta::WorkspaceRow& workspace, meta::Role role) {
  return {{"name", workspace.name}, {"role", to_string(role)}, {"created_at", base::to_rfc3339(workspace.created_at)}};
}

json::object to_json(const auth::WorkspaceState& state) {
  json::object out{{"name", state.row.name}, {"created_at", base::to_rfc3339(state.row.created_at)}};
  if (state.role) out["role"] = to_string(*state.role);
  out["limits"] = json::parse(auth::to_json(state.limits));
  out["usage"] = {{"bytes", state.usage.bytes}, {"tables", state.usage.tables}};
  return out;
}

json::object to_json(const meta::ApiTokenRow& token, WorkspaceNames& names) {
  json::object out{{"id", token.id.value}, {"name", token.name}, {"created_at", base::to_rfc3339(token.created_at)}};
  if (token.workspace) out["workspace"] = names.of(*token.workspace);
  if (token.role) out["role"] = to_string(*token.role);
  if (token.expires_at) out["expires_at"] = base::to_rfc3339(*token.expires_at);
  if (token.last_used) out["last_used"] = base::to_rfc3339(*token.last_used);
  return out;
}

meta::Role require_role(std::string_view text) {
  auto role = meta::parse_role(text);
  if (!role) {
    throw base::Error(base::ErrorKind::invalid_argument, "role is owner, editor or viewer").with("field", "role");
  }
  return *role;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

const std::string& WorkspaceNames::of(const base::WorkspaceId& id) {
  auto known = known_.find(id);
  if (known != known_.end()) return known->second;
  std::string name = id.value;
  try {
    name = services_.auth.access.decide(auth::Principal::system(), auth::Action::read, id).workspace.name;
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
  }
  return known_.emplace(id, std::move(name)).first->second;
}

}  // namespace boathouse::api::native
