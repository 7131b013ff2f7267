// SPDX-License-Identifier: Apache-2.0
// The groups of the user pool. `owner`, `editor` and `viewer` are the roles in the workspace `main`: always there, each
// user in at most one of them, and being in one is having that role. Others are labels, which tokens carry and which
// grant nothing here.
//
// For owners of `main`; each call leaves a row in the audit log when it changed something or was refused. Any thread;
// calls block. Errors: permission_denied, invalid_argument, already_exists with the code "group-exists", not_found with
// the code "no-such-group" (plainly, for users).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/accounts.h"

namespace boathouse::auth {

struct NewPoolGroup {
  std::string name{};
  std::string description{};
  std::optional<std::int64_t> precedence{};
};

class PoolGroups {
 public:
  PoolGroups(meta::MetaStore& store, const AccessControl& access, Accounts& accounts)
      : store_(store), access_(access), accounts_(accounts) {}

  meta::PoolGroupRow create(const Caller& caller, const NewPoolGroup& wanted);
  meta::PoolGroupRow get(const Caller& caller, std::string_view name) const;
  // The roles first, then the others by name.
  std::vector<meta::PoolGroupRow> list(const Caller& caller, std::string_view after, std::size_t limit) const;
  // Roles stay.
  void remove(const Caller& caller, std::string_view name);
  // Into a role: instead of the one before. Error{conflict} where `main` would lose its last owner.
  void add_user(const Caller& caller, std::string_view group, std::string_view user);
  void remove_user(const Caller& caller, std::string_view group, std::string_view user);
  std::vector<meta::PoolGroupRow> of(const Caller& caller, std::string_view user) const;
  // By name of the user.
  std::vector<meta::UserRow> users_in(const Caller& caller, std::string_view group, std::string_view after,
                                      std::size_t limit) const;

  // For tokens.
  std::vector<meta::PoolGroupRow> of(const base::UserId& user) const;

 private:
  void require_admin(const Caller& caller, std::string what) const;
  meta::PoolGroupRow require(std::string_view name) const;
  base::UserId user_id(std::string_view name) const;
  std::optional<meta::Role> role_of(const base::UserId& user) const;
  base::WorkspaceId main_workspace() const;

  meta::MetaStore& store_;
  const AccessControl& access_;
  Accounts& accounts_;
};

}  // namespace boathouse::auth
