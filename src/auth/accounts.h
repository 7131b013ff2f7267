// SPDX-License-Identifier: Apache-2.0
// The use cases of accounts: users, workspaces, members, API tokens. Each one decides whether its caller may, does it,
// and leaves a row in the audit log, also when it refused. Any thread; calls block. Errors: not_found,
// permission_denied, already_exists, invalid_argument, and conflict for what would leave a workspace without an owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/access.h"
#include "auth/limits.h"
#include "auth/principal.h"
#include "auth/set_password.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct NewUser {
  std::string name{};
  std::string password{};
  std::string email{};
  std::string attributes = "{}";  // JSON, see pool_attributes.h
  bool temporary = false;
  std::optional<std::string> workspace{};  // beside the personal one; `main` when only a role is given
  std::optional<meta::Role> role{};        // viewer when only a workspace is given
  PasswordRules rules = PasswordRules::full;
};

struct UserPatch {
  std::optional<std::string> email{};
  std::optional<std::string> attributes{};
  std::optional<std::string> password{};
  std::optional<bool> disabled{};
  std::optional<bool> temporary{};
};

struct NewApiToken {
  std::string name{};
  std::optional<std::string> workspace{};
  std::optional<meta::Role> role{};
  std::optional<std::int64_t> expires_in{};  // seconds
};

struct ApiTokenShown {
  meta::ApiTokenRow row{};
  std::string token{};  // `bh_..`: never to be had again
};

struct Me {
  meta::UserRow user{};
  std::string personal_workspace{};
  std::vector<meta::Membership> workspaces{};  // with the roles that hold for this principal
};

struct WorkspaceState {
  meta::WorkspaceRow row{};
  std::optional<meta::Role> role{};  // none: an owner of `main` who is no member
  WorkspaceLimits limits{};
  meta::WorkspaceUsage usage{};
};

// What is set narrows.
struct AuditQuery {
  std::optional<std::int64_t> before{};  // rows with a lower id only
  std::optional<std::string> workspace{};
  std::optional<std::string> who{};
  std::optional<std::string> what{};
  std::optional<std::string> outcome{};
  std::optional<base::RequestId> request{};
  std::size_t limit = 100;
};

class Accounts {
 public:
  Accounts(meta::MetaStore& store, const PasswordMaker& maker, const AccessControl& access)
      : store_(store), maker_(maker), access_(access) {}

  // Makes `main` and `admin`, its owner, where there is no user yet. Returns admin's password where it was made up
  // here, to be printed once; nullopt when it was given (empty: none) or the installation is not fresh.
  std::optional<std::string> bootstrap(const std::string& given_password);

  // Users: for owners of `main`.
  meta::UserRow create_user(const Caller& caller, const NewUser& wanted);
  // An account of one's own, for whoever asks where the installation lets anybody: its name is its email. Error{already_exists}
  // when a user has that name or email.
  meta::UserRow sign_up(const NewUser& wanted, const base::RequestId& request);
  std::vector<meta::UserRow> list_users(const Caller& caller, std::string_view after, std::size_t limit);
  meta::UserRow get_user(const Caller& caller, std::string_view name);
  meta::UserRow patch_user(const Caller& caller, std::string_view name, const UserPatch& patch);
  void delete_user(const Caller& caller, std::string_view name);
  // Ends every session of a user's: refresh tokens, and access tokens of any door. Also for oneself.
  void sign_out(const Caller& caller, std::string_view name);
  Me me(const Principal& principal);

  // Any user makes workspaces and owns them; members are for a workspace's owners to change.
  meta::WorkspaceRow create_workspace(const Caller& caller, std::string_view name);
  std::vector<meta::Membership> list_workspaces(const Principal& principal);
  std::vector<meta::Member> list_members(const Principal& principal, std::string_view workspace);
  void put_member(const Caller& caller, std::string_view workspace, std::string_view user, meta::Role role);
  void remove_member(const Caller& caller, std::string_view workspace, std::string_view user);
  // Limits and what is used of them: for members, and for owners of `main`.
  WorkspaceState get_workspace(const Principal& principal, std::string_view workspace);
  // For owners of `main`. Limits that `change` does not name stay, null lifts one; see limits.h for the JSON.
  void change_workspace_limits(const Caller& caller, std::string_view workspace, std::string_view change);

  // Tokens of one's own. A token narrows: what is asked for beyond the caller's own role, workspace or expiry is
  // refused. A narrowed token sees and removes only itself.
  ApiTokenShown create_api_token(const Caller& caller, const NewApiToken& wanted);
  std::vector<meta::ApiTokenRow> list_api_tokens(const Principal& principal);
  void delete_api_token(const Caller& caller, const base::TokenId& id);

  // Newest first. Everything for owners of `main`; for owners of a workspace that they name, what is told of it.
  std::vector<meta::AuditRow> list_audit(const Caller& caller, const AuditQuery& query);

 private:
  meta::UserRow require_user(std::string_view name) const;
  // Decides that the caller administers the workspace, and says in `audit` which one it is, also when not.
  Access administer(const Caller& caller, std::string_view workspace, meta::AuditRow& audit) const;
  meta::UserRow insert_user(const NewUser& wanted, const std::optional<meta::MemberRow>& membership,
                            const meta::AuditRow& audit);
  base::WorkspaceId main_workspace(const meta::AuditRow& audit);
  base::UserId heir_of(const Principal& principal, const base::UserId& leaving) const;
  std::vector<meta::Membership> visible_workspaces(const Principal& principal) const;

  meta::MetaStore& store_;
  const PasswordMaker maker_;
  const AccessControl& access_;
};

}  // namespace boathouse::auth
