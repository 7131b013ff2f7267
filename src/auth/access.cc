// SPDX-License-Identifier: Apache-2.0
#include "auth/access.h"

#include "base/error.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;
using meta::Role;

Role least_role(Action action) {
  switch (action) {
    case Action::read: return Role::viewer;
    case Action::write: return Role::editor;
    case Action::administer: return Role::owner;
  }
  return Role::owner;
}

Access require(std::optional<Access> access, Action action, std::string_view name) {
  if (!access) throw Error(ErrorKind::not_found, "There is no workspace named '" + std::string(name) + "'.");
  if (access->role >= least_role(action)) return *std::move(access);
  throw Error(ErrorKind::permission_denied, "This needs the role " + std::string(to_string(least_role(action))) +
                                                " in the workspace '" + access->workspace.name + "'; yours is " +
                                                std::string(to_string(access->role)) + ".");
}

}  // namespace

std::optional<Role> AccessControl::role_in(const Principal& principal, const base::WorkspaceId& workspace) const {
  if (principal.is_system) return Role::owner;
  if (principal.scope && principal.scope->workspace.value_or(workspace) != workspace) return std::nullopt;
  auto role = store_.accounts().find_role(workspace, principal.user);
  if (role && principal.scope && principal.scope->role_cap) return std::min(*role, *principal.scope->role_cap);
  return role;
}

std::optional<Access> AccessControl::visible(const Principal& principal,
                                             std::optional<meta::WorkspaceRow> workspace) const {
  if (!workspace) return std::nullopt;
  auto role = role_in(principal, workspace->id);
  if (!role) return std::nullopt;
  return Access{*std::move(workspace), *role};
}

std::optional<Access> AccessControl::find(const Principal& principal, std::string_view name) const {
  if (auto access = visible(principal, store_.accounts().find_workspace(name))) return access;
  auto user = store_.accounts().find_user(name);
  if (!user) return std::nullopt;
  return visible(principal, store_.accounts().find_workspace(user->personal_workspace));
}

Access AccessControl::decide(const Principal& principal, Action action, std::string_view workspace) const {
  return require(find(principal, workspace), action, workspace);
}

Access AccessControl::decide(const Principal& principal, Action action, const base::WorkspaceId& workspace) const {
  return require(visible(principal, store_.accounts().find_workspace(workspace)), action, workspace.value);
}

Access AccessControl::resolve_workspace(const Principal& principal, Action action,
                                        const std::optional<std::string>& name, DefaultWorkspace rule) const {
  if (name) return decide(principal, action, *name);
  if (rule == DefaultWorkspace::main_or_personal) {
    if (principal.scope && principal.scope->workspace) return decide(principal, action, *principal.scope->workspace);
    if (auto access = visible(principal, store_.accounts().find_workspace(meta::kMainWorkspace))) {
      return require(std::move(access), action, meta::kMainWorkspace);
    }
  }
  require_personal(principal);
  return decide(principal, action, principal.personal_workspace);
}

// Whoever has a token for another workspace is told so: it is theirs.
void AccessControl::require_personal(const Principal& principal) const {
  if (!principal.scope) return;
  const base::WorkspaceId bound = principal.scope->workspace.value_or(principal.personal_workspace);
  if (bound == principal.personal_workspace) return;
  const auto other = store_.accounts().find_workspace(bound);
  throw Error(ErrorKind::permission_denied,
              "This token is for the workspace '" + (other ? other->name : std::string("?")) +
                  "', while flows and data frames are in one's personal workspace: take a token that is for that one, "
                  "or for all.");
}

void AccessControl::require_admin(const Principal& principal) const {
  if (principal.is_admin) return;
  throw Error(ErrorKind::permission_denied, "Only owners of the workspace 'main' may do this.");
}

}  // namespace boathouse::auth
