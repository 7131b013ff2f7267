// SPDX-License-Identifier: Apache-2.0
// Users and the fresh installation. Workspaces and members are in accounts_workspaces.cc, tokens in accounts_tokens.cc.
#include "auth/accounts.h"

#include "auth/audited.h"
#include "auth/set_password.h"
#include "base/encoding.h"
#include "base/names.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;
using meta::ChangeOutcome;
using meta::CreateUserOutcome;

constexpr std::size_t kMostWorkspaceName = 63;
constexpr std::size_t kMostEmailBytes = 254;

// The name itself first, then with -2, -3..
std::string candidate(std::string_view user_name, int number) {
  std::string name = base::reduce_to_workspace_name(user_name);
  if (number == 1) return name;
  std::string suffix = "-" + std::to_string(number);
  return name.substr(0, kMostWorkspaceName - suffix.size()) + suffix;
}

bool is_reserved(std::string_view name) { return name == "main" || name == "system"; }

// Empty: none.
void check_email(std::string_view email) {
  const std::size_t at = email.find('@');
  bool good = email.size() <= kMostEmailBytes && base::is_utf8(email) && at == email.rfind('@');
  for (unsigned char c : email) good = good && c > 0x20 && c != 0x7f;
  if (!email.empty()) good = good && at != std::string_view::npos && at > 0 && at + 1 < email.size();
  if (!good) {
    throw Error(ErrorKind::invalid_argument, "The email is name@host, of at most 254 bytes and without white space.")
        .with("field", "email");
  }
}

void require_done(ChangeOutcome outcome, std::string_view name) {
  switch (outcome) {
    case ChangeOutcome::done: return;
    case ChangeOutcome::last_owner:
      throw Error(ErrorKind::conflict, "'" + std::string(name) + "' is the last owner of the workspace 'main'.");
    case ChangeOutcome::gone:
    case ChangeOutcome::personal: break;
  }
  throw Error(ErrorKind::not_found, "There is no user named '" + std::string(name) + "'.");
}

}  // namespace

std::optional<std::string> Accounts::bootstrap(const std::string& given_password) {
  if (!store_.accounts().list_users("", 1).empty()) return std::nullopt;
  std::string password = given_password.empty() ? random_password() : given_password;
  meta::AuditRow audit{.at = base::now_micros(), .who = Principal::system().name, .what = "install", .outcome = "ok"};
  meta::MemberRow owner{.workspace = main_workspace(audit), .role = meta::Role::owner};
  audit.target = "admin";
  insert_user({.name = "admin", .password = password}, owner, audit);
  return given_password.empty() ? std::optional(password) : std::nullopt;
}

base::WorkspaceId Accounts::main_workspace(const meta::AuditRow& audit) {
  meta::WorkspaceRow main{.id = base::WorkspaceId(base::uuid_v4()),
                          .name = std::string(meta::kMainWorkspace),
                          .created_at = base::now_micros()};
  store_.accounts().create_workspace(main, std::nullopt, audit);
  auto row = store_.accounts().find_workspace(meta::kMainWorkspace);
  if (!row) throw Error(ErrorKind::internal, "The workspace 'main' cannot be made.");
  return row->id;
}

meta::UserRow Accounts::create_user(const Caller& caller, const NewUser& wanted) {
  return audited(store_, caller, "create-user", wanted.name, [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    std::optional<meta::MemberRow> membership;
    if (wanted.workspace || wanted.role) {
      std::string workspace = wanted.workspace.value_or(std::string(meta::kMainWorkspace));
      Access access = administer(caller, workspace, audit);
      membership = {.workspace = access.workspace.id, .role = wanted.role.value_or(meta::Role::viewer)};
    }
    return insert_user(wanted, membership, audit);
  });
}

meta::UserRow Accounts::sign_up(const NewUser& wanted, const base::RequestId& request) {
  const Error taken(ErrorKind::already_exists, "Email already exists");
  const Caller nobody{.principal = {.name = wanted.name}, .request = request};
  return audited(store_, nobody, "sign-up", wanted.name, [&](meta::AuditRow& audit) {
    if (store_.accounts().find_user(wanted.name) || store_.accounts().has_email(wanted.email)) throw taken;
    try {
      return insert_user(wanted, std::nullopt, audit);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::already_exists) throw taken;
      throw;
    }
  });
}

meta::UserRow Accounts::insert_user(const NewUser& wanted, const std::optional<meta::MemberRow>& membership,
                                    const meta::AuditRow& audit) {
  base::check_user_name(wanted.name);
  check_email(wanted.email);
  meta::NewUser rows;
  rows.user.id = base::UserId(base::uuid_v4());
  rows.user.name = wanted.name;
  rows.user.email = wanted.email;
  rows.user.created_at = rows.user.updated_at = rows.personal.created_at = base::now_micros();
  rows.user.attributes = wanted.attributes;
  set_password(rows.user, wanted.password, wanted.temporary, wanted.rules, maker_);
  rows.personal.id = rows.user.personal_workspace = base::WorkspaceId(base::uuid_v4());
  rows.memberships.push_back({rows.personal.id, rows.user.id, meta::Role::owner});
  if (membership) rows.memberships.push_back({membership->workspace, rows.user.id, membership->role});

  for (int number = 1;; ++number) {
    rows.personal.name = candidate(wanted.name, number);
    if (is_reserved(rows.personal.name) || store_.accounts().find_workspace(rows.personal.name)) continue;
    switch (store_.accounts().create_user(rows, audit)) {
      case CreateUserOutcome::created: return rows.user;
      case CreateUserOutcome::workspace_name_taken: continue;
      case CreateUserOutcome::user_name_taken:
        throw Error(ErrorKind::already_exists, "There is already a user named '" + wanted.name + "'.");
      case CreateUserOutcome::workspace_gone:
        throw Error(ErrorKind::not_found, "The workspace does not exist any more.");
    }
  }
}

std::vector<meta::UserRow> Accounts::list_users(const Caller& caller, std::string_view after, std::size_t limit) {
  return audited(store_, caller, "list-users", "", [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    return store_.accounts().list_users(after, limit);
  });
}

meta::UserRow Accounts::get_user(const Caller& caller, std::string_view name) {
  return audited(store_, caller, "get-user", std::string(name), [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    return require_user(name);
  });
}

meta::UserRow Accounts::patch_user(const Caller& caller, std::string_view name, const UserPatch& patch) {
  return audited(store_, caller, "change-user", std::string(name), [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    meta::UserRow user = require_user(name);
    if (patch.email) check_email(*patch.email);
    meta::UserChange change{
        .email = patch.email, .attributes = patch.attributes, .disabled = patch.disabled, .at = audit.at};
    if (patch.password) set_password(change, user, *patch.password, false, PasswordRules::full, maker_);
    if (patch.temporary) change.temporary = patch.temporary;
    require_done(store_.accounts().update_user(user.id, change, audit), name);
    return require_user(name);
  });
}

void Accounts::delete_user(const Caller& caller, std::string_view name) {
  audited(store_, caller, "delete-user", std::string(name), [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    meta::UserRow user = require_user(name);
    require_done(store_.accounts().delete_user(user.id, heir_of(caller.principal, user.id), audit), name);
  });
}

void Accounts::sign_out(const Caller& caller, std::string_view name) {
  audited(store_, caller, "sign-out", std::string(name), [&](meta::AuditRow& audit) {
    meta::UserRow user = require_user(name);
    if (user.id != caller.principal.user) access_.require_admin(caller.principal);
    require_done(store_.accounts().update_user(user.id, {.sign_out = true, .at = audit.at}, audit), name);
  });
}

// Who gets the workspaces that nobody would own any more: who deletes, else another owner of `main`.
base::UserId Accounts::heir_of(const Principal& principal, const base::UserId& leaving) const {
  if (!principal.is_system && principal.user != leaving) return principal.user;
  auto main = store_.accounts().find_workspace(meta::kMainWorkspace);
  if (!main) return {};
  for (const meta::Member& member : store_.accounts().members_of(main->id)) {
    if (member.role == meta::Role::owner && member.user != leaving) return member.user;
  }
  return {};
}

meta::UserRow Accounts::require_user(std::string_view name) const {
  auto user = store_.accounts().find_user(name);
  if (!user) throw Error(ErrorKind::not_found, "There is no user named '" + std::string(name) + "'.");
  return *std::move(user);
}

std::vector<meta::AuditRow> Accounts::list_audit(const Caller& caller, const AuditQuery& query) {
  return audited(store_, caller, "read-audit", "", [&](meta::AuditRow& audit) {
    meta::AuditListing listing{.before = query.before,
                               .who = query.who,
                               .what = query.what,
                               .outcome = query.outcome,
                               .request = query.request,
                               .limit = query.limit};
    if (query.workspace) {
      // Owners of `main` read everything, so they need not be members.
      const Principal& reader = caller.principal.is_admin ? Principal::system() : caller.principal;
      listing.workspace = administer({reader, caller.request}, *query.workspace, audit).workspace.id;
    } else {
      access_.require_admin(caller.principal);
    }
    return store_.audit().list(listing);
  });
}

}  // namespace boathouse::auth
