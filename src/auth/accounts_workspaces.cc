// SPDX-License-Identifier: Apache-2.0
#include "auth/accounts.h"
#include "auth/audited.h"
#include "auth/limits.h"
#include "base/names.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;
using meta::ChangeOutcome;

void require_done(ChangeOutcome outcome, std::string_view user, std::string_view workspace) {
  const std::string who = "'" + std::string(user) + "'";
  const std::string where = "the workspace '" + std::string(workspace) + "'";
  switch (outcome) {
    case ChangeOutcome::done: return;
    case ChangeOutcome::gone: throw Error(ErrorKind::not_found, who + " is no member of " + where + ".");
    case ChangeOutcome::last_owner: throw Error(ErrorKind::conflict, who + " is the last owner of " + where + ".");
    case ChangeOutcome::personal:
      throw Error(ErrorKind::conflict, who + " always owns " + where + ", which is personal.");
  }
}

}  // namespace

std::vector<meta::Membership> Accounts::visible_workspaces(const Principal& principal) const {
  std::vector<meta::Membership> seen;
  for (meta::Membership& membership : store_.accounts().memberships_of(principal.user)) {
    if (principal.scope && principal.scope->workspace.value_or(membership.workspace.id) != membership.workspace.id)
      continue;
    if (principal.scope && principal.scope->role_cap) {
      membership.role = std::min(membership.role, *principal.scope->role_cap);
    }
    seen.push_back(std::move(membership));
  }
  return seen;
}

Me Accounts::me(const Principal& principal) {
  auto user = store_.accounts().find_user(principal.user);
  auto personal = user ? store_.accounts().find_workspace(user->personal_workspace) : std::nullopt;
  if (!personal) throw Error(ErrorKind::unauthenticated, "The user does not exist any more.");
  return {.user = *std::move(user),
          .personal_workspace = std::move(personal->name),
          .workspaces = visible_workspaces(principal)};
}

meta::WorkspaceRow Accounts::create_workspace(const Caller& caller, std::string_view name) {
  return audited(store_, caller, "create-workspace", std::string(name), [&](meta::AuditRow& audit) {
    const Principal& principal = caller.principal;
    if (principal.scope && principal.scope->narrows()) {
      throw Error(ErrorKind::permission_denied, "A token that is limited to a workspace or role makes no workspaces.");
    }
    base::check_workspace_name(name);
    meta::WorkspaceRow workspace{
        .id = base::WorkspaceId(base::uuid_v4()), .name = std::string(name), .created_at = audit.at};
    audit.workspace = workspace.id;
    auto owner = principal.is_system ? std::nullopt : std::optional(principal.user);
    if (!store_.accounts().create_workspace(workspace, owner, audit)) {
      audit.workspace = {};
      throw Error(ErrorKind::already_exists, "There is already a workspace named '" + std::string(name) + "'.");
    }
    return workspace;
  });
}

std::vector<meta::Membership> Accounts::list_workspaces(const Principal& principal) {
  return visible_workspaces(principal);
}

std::vector<meta::Member> Accounts::list_members(const Principal& principal, std::string_view workspace) {
  return store_.accounts().members_of(access_.decide(principal, Action::read, workspace).workspace.id);
}

void Accounts::put_member(const Caller& caller, std::string_view workspace, std::string_view user, meta::Role role) {
  audited(store_, caller, "set-member", std::string(user) + " " + std::string(to_string(role)),
          [&](meta::AuditRow& audit) {
            Access access = administer(caller, workspace, audit);
            meta::MemberRow member{.workspace = access.workspace.id, .user = require_user(user).id, .role = role};
            require_done(store_.accounts().put_member(member, audit), user, access.workspace.name);
          });
}

void Accounts::remove_member(const Caller& caller, std::string_view workspace, std::string_view user) {
  audited(store_, caller, "remove-member", std::string(user), [&](meta::AuditRow& audit) {
    Access access = administer(caller, workspace, audit);
    base::UserId id = require_user(user).id;
    require_done(store_.accounts().remove_member(access.workspace.id, id, audit), user, access.workspace.name);
  });
}

Access Accounts::administer(const Caller& caller, std::string_view workspace, meta::AuditRow& audit) const {
  return decide(store_, access_, caller.principal, Action::administer, workspace, audit);
}

WorkspaceState Accounts::get_workspace(const Principal& principal, std::string_view workspace) {
  Access access = access_.decide(principal.is_admin ? Principal::system() : principal, Action::read, workspace);
  WorkspaceState state{.limits = parse_limits(access.workspace.limits),
                       .usage = store_.catalog().usage(access.workspace.id)};
  if (principal.is_admin)
    state.role = store_.accounts().find_role(access.workspace.id, principal.user);
  else
    state.role = access.role;
  state.row = std::move(access.workspace);
  return state;
}

void Accounts::change_workspace_limits(const Caller& caller, std::string_view workspace, std::string_view change) {
  audited(store_, caller, "set-limits", std::string(workspace), [&](meta::AuditRow& audit) {
    auto row = store_.accounts().find_workspace(workspace);
    if (row) audit.workspace = row->id;
    if (!caller.principal.is_admin) {
      // A stranger is told what a stranger is always told.
      access_.decide(caller.principal, Action::read, workspace);
      access_.require_admin(caller.principal);
    }
    if (!row) row = access_.decide(Principal::system(), Action::administer, workspace).workspace;
    audit.workspace = row->id;
    std::string limits = to_json(change_limits(parse_limits(row->limits), change));
    if (!store_.accounts().set_workspace_limits(row->id, limits, audit)) {
      throw Error(ErrorKind::not_found, "There is no workspace named '" + std::string(workspace) + "'.");
    }
  });
}

}  // namespace boathouse::auth
