// SPDX-License-Identifier: Apache-2.0
#include "auth/pool_groups.h"

#include <algorithm>
#include <array>

#include "auth/audited.h"
#include "base/encoding.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;
using meta::Role;

constexpr std::size_t kMostName = 128;
constexpr std::size_t kMostDescription = 2048;
constexpr std::array kRoles = {Role::owner, Role::editor, Role::viewer};

meta::PoolGroupRow role_group(Role role) {
  return {.name = std::string(to_string(role)),
          .description = "The role " + std::string(to_string(role)) + " in the workspace main",
          .precedence = static_cast<std::int64_t>(Role::owner) - static_cast<std::int64_t>(role)};
}

Error no_group(std::string_view name) {
  return Error(ErrorKind::not_found, "There is no group named '" + std::string(name) + "'.").code("no-such-group");
}

void check_group(const NewPoolGroup& wanted) {
  bool good = !wanted.name.empty() && wanted.name.size() <= kMostName && base::is_utf8(wanted.name);
  for (unsigned char c : wanted.name) good = good && c > 0x20 && c != 0x7f;
  if (!good) {
    throw Error(ErrorKind::invalid_argument, "The name of a group has 1 to 128 bytes of UTF-8 without white space.");
  }
  if (wanted.description.size() > kMostDescription || !base::is_utf8(wanted.description)) {
    throw Error(ErrorKind::invalid_argument, "The description of a group has at most 2048 bytes of UTF-8.");
  }
  if (wanted.precedence.value_or(0) < 0) {
    throw Error(ErrorKind::invalid_argument, "The precedence of a group is 0 or more.");
  }
}

}  // namespace

meta::PoolGroupRow PoolGroups::create(const Caller& caller, const NewPoolGroup& wanted) {
  return audited(store_, caller, "create-group", wanted.name, [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    check_group(wanted);
    meta::PoolGroupRow row{.name = wanted.name,
                           .description = wanted.description,
                           .precedence = wanted.precedence,
                           .created_at = audit.at,
                           .updated_at = audit.at};
    if (meta::parse_role(wanted.name) || !store_.pools().insert_group(row, audit)) {
      throw Error(ErrorKind::already_exists, "A group with the name '" + wanted.name + "' already exists.")
          .code("group-exists");
    }
    return row;
  });
}

meta::PoolGroupRow PoolGroups::get(const Caller& caller, std::string_view name) const {
  return audited(store_, caller, "get-group", std::string(name), [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    return require(name);
  });
}

std::vector<meta::PoolGroupRow> PoolGroups::list(const Caller& caller, std::string_view after,
                                                 std::size_t limit) const {
  return audited(store_, caller, "list-groups", "", [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    std::vector<meta::PoolGroupRow> groups;
    auto last = meta::parse_role(after);
    for (Role role : kRoles) {
      if (after.empty() || (last && role < *last)) groups.push_back(role_group(role));
    }
    if (groups.size() < limit) {
      auto labels = store_.pools().list_groups(last ? "" : after, limit - groups.size());
      groups.insert(groups.end(), labels.begin(), labels.end());
    }
    groups.resize(std::min(groups.size(), limit));
    return groups;
  });
}

void PoolGroups::remove(const Caller& caller, std::string_view name) {
  audited(store_, caller, "delete-group", std::string(name), [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    if (meta::parse_role(name)) {
      throw Error(ErrorKind::invalid_argument,
                  "The group '" + std::string(name) + "' is a role in the workspace main: it stays.");
    }
    if (!store_.pools().delete_group(name, audit)) throw no_group(name);
  });
}

// A role is a membership like any other, so accounts changes it and leaves the row.
void PoolGroups::add_user(const Caller& caller, std::string_view group, std::string_view user) {
  if (auto role = meta::parse_role(group)) {
    accounts_.put_member(caller, meta::kMainWorkspace, user, *role);
    return;
  }
  audited(store_, caller, "add-to-group", std::string(user) + " " + std::string(group), [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    if (!store_.pools().add_to_group(group, user_id(user), audit)) throw no_group(group);
  });
}

void PoolGroups::remove_user(const Caller& caller, std::string_view group, std::string_view user) {
  if (auto role = meta::parse_role(group)) {
    auto row = store_.accounts().find_user(user);
    if (row && role_of(row->id) != role) {
      require_admin(caller, "remove-member");
      return;
    }
    accounts_.remove_member(caller, meta::kMainWorkspace, user);
    return;
  }
  audited(store_, caller, "remove-from-group", std::string(user) + " " + std::string(group),
          [&](meta::AuditRow& audit) {
            access_.require_admin(caller.principal);
            if (!store_.pools().remove_from_group(group, user_id(user), audit)) throw no_group(group);
          });
}

std::vector<meta::PoolGroupRow> PoolGroups::of(const Caller& caller, std::string_view user) const {
  return audited(store_, caller, "list-groups", std::string(user), [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    return of(user_id(user));
  });
}

std::vector<meta::PoolGroupRow> PoolGroups::of(const base::UserId& user) const {
  std::vector<meta::PoolGroupRow> groups;
  if (auto role = role_of(user)) groups.push_back(role_group(*role));
  auto labels = store_.pools().groups_of(user);
  groups.insert(groups.end(), labels.begin(), labels.end());
  return groups;
}

std::vector<meta::UserRow> PoolGroups::users_in(const Caller& caller, std::string_view group, std::string_view after,
                                                std::size_t limit) const {
  return audited(store_, caller, "list-users", std::string(group), [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    require(group);
    auto role = meta::parse_role(group);
    if (!role) return store_.pools().users_in_group(group, after, limit);
    std::vector<meta::UserRow> users;
    const std::string past = base::fold_case(after);
    for (const meta::Member& member : store_.accounts().members_of(main_workspace())) {
      if (member.role != *role || base::fold_case(member.name) <= past || users.size() == limit) continue;
      if (auto row = store_.accounts().find_user(member.user)) users.push_back(*std::move(row));
    }
    return users;
  });
}

void PoolGroups::require_admin(const Caller& caller, std::string what) const {
  audited(store_, caller, std::move(what), "", [&](meta::AuditRow&) { access_.require_admin(caller.principal); });
}

meta::PoolGroupRow PoolGroups::require(std::string_view name) const {
  if (auto role = meta::parse_role(name)) return role_group(*role);
  auto row = store_.pools().find_group(name);
  if (!row) throw no_group(name);
  return *std::move(row);
}

base::UserId PoolGroups::user_id(std::string_view name) const {
  auto user = store_.accounts().find_user(name);
  if (!user) throw Error(ErrorKind::not_found, "There is no user named '" + std::string(name) + "'.");
  return user->id;
}

std::optional<Role> PoolGroups::role_of(const base::UserId& user) const {
  return store_.accounts().find_role(main_workspace(), user);
}

base::WorkspaceId PoolGroups::main_workspace() const {
  auto main = store_.accounts().find_workspace(meta::kMainWorkspace);
  return main ? main->id : base::WorkspaceId();
}

}  // namespace boathouse::auth
