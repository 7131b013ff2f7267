// SPDX-License-Identifier: Apache-2.0
// Users, workspaces, members, tokens and access keys. An administrative change carries the audit row that tells of it, written in
// the same transaction when the change happened. Any thread; calls block. Faults are base::Error as in catalog_store.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/rows.h"

namespace boathouse::meta {

// A user comes with the personal workspace and every membership, the personal one's included.
struct NewUser {
  UserRow user{};
  WorkspaceRow personal{};
  std::vector<MemberRow> memberships{};
};

enum class CreateUserOutcome { created, user_name_taken, workspace_name_taken, workspace_gone };

// What is set is changed. A new password ends the user's refresh tokens, and the SRP verifier of the old one unless it brings
// its own.
struct UserChange {
  std::optional<std::string> email{};
  std::optional<std::string> attributes{};
  std::optional<std::string> password_hash{};
  std::optional<std::string> srp_verifier{};
  std::optional<bool> temporary{};
  std::optional<bool> disabled{};
  // Only while this is still the stored hash: of two changes that both knew the old password one wins.
  std::optional<std::string> expected_password_hash{};
  bool sign_out = false;  // every session ends: refresh tokens go, and `sign_outs` grows
  base::Micros at = 0;
};

// `gone`: no such row, or a condition that no longer holds. `last_owner`: it would leave the workspace (of users:
// `main`) without an owner who is not disabled. `personal`: a personal workspace keeps its user as owner.
enum class ChangeOutcome { done, gone, last_owner, personal };

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  virtual CreateUserOutcome create_user(const NewUser& user, const AuditRow& audit) = 0;
  virtual std::optional<UserRow> find_user(const base::UserId& id) = 0;
  virtual std::optional<UserRow> find_user(std::string_view name) = 0;
  // The one user who has that email, without case; nullopt where there is none, or several have it.
  virtual std::optional<UserRow> find_user_by_email(std::string_view email) = 0;
  // Whether anybody has it, without case; nobody has the empty one.
  virtual bool has_email(std::string_view email) = 0;
  // Whoever has that name, else that email.
  std::optional<UserRow> find_person(std::string_view who) {
    auto user = find_user(who);
    return user ? user : find_user_by_email(who);
  }
  // By name, without case, those after `after`.
  virtual std::vector<UserRow> list_users(std::string_view after, std::size_t limit) = 0;
  // A user who is disabled, like one who is deleted, leaves no private job that goes on.
  virtual ChangeOutcome update_user(const base::UserId& id, const UserChange& change, const AuditRow& audit) = 0;
  // False, and nothing is written, unless this is still the user's password hash.
  virtual bool set_srp_verifier(const base::UserId& id, std::string_view password_hash, std::string_view verifier) = 0;
  // Removes the user with memberships, tokens and access keys. A personal workspace that holds nothing goes too; one that holds
  // tables, insights, buckets, sinks or flows stays, is nobody's personal one any more, and `heir` becomes its owner, and
  // that of the user's flows. `last_owner` guards `main` only; other workspaces that lose their last owner pass to `heir` as
  // well.
  virtual ChangeOutcome delete_user(const base::UserId& id, const base::UserId& heir, const AuditRow& audit) = 0;

  // False when the name is taken. The namespace row that other Iceberg clients list is made with it.
  virtual bool create_workspace(const WorkspaceRow& workspace, const std::optional<base::UserId>& owner,
                                const AuditRow& audit) = 0;
  virtual std::optional<WorkspaceRow> find_workspace(const base::WorkspaceId& id) = 0;
  virtual std::optional<WorkspaceRow> find_workspace(std::string_view name) = 0;
  // By name, those after `after`.
  virtual std::vector<WorkspaceRow> list_workspaces(std::string_view after, std::size_t limit) = 0;
  // False when it is gone.
  virtual bool set_workspace_limits(const base::WorkspaceId& id, std::string_view limits, const AuditRow& audit) = 0;

  virtual std::optional<Role> find_role(const base::WorkspaceId& workspace, const base::UserId& user) = 0;
  // Both by name.
  virtual std::vector<Membership> memberships_of(const base::UserId& user) = 0;
  virtual std::vector<Member> members_of(const base::WorkspaceId& workspace) = 0;
  virtual ChangeOutcome put_member(const MemberRow& member, const AuditRow& audit) = 0;
  virtual ChangeOutcome remove_member(const base::WorkspaceId& workspace, const base::UserId& user,
                                      const AuditRow& audit) = 0;

  // False, and nothing is written, unless this is still the user's password hash: a log-in that overlaps a change of the
  // password must not outlive it. Also removes what of the same user's has expired, and the oldest past 1,000.
  virtual bool insert_refresh_token(const RefreshTokenRow& token, std::string_view password_hash) = 0;
  virtual std::optional<RefreshTokenRow> find_refresh_token(std::string_view token_hash) = 0;
  // False when it is unknown or already revoked.
  virtual bool revoke_refresh_token(std::string_view token_hash, base::Micros at) = 0;

  virtual void insert_api_token(const ApiTokenRow& token, const AuditRow& audit) = 0;
  virtual std::optional<ApiTokenRow> find_api_token(std::string_view token_hash) = 0;
  // Oldest first.
  virtual std::vector<ApiTokenRow> list_api_tokens(const base::UserId& user) = 0;
  // False when `user` has no such token.
  virtual bool delete_api_token(const base::UserId& user, const base::TokenId& id, const AuditRow& audit) = 0;
  virtual void touch_api_token(const base::TokenId& id, base::Micros at) = 0;

  virtual void insert_access_key(const AccessKeyRow& key, const AuditRow& audit) = 0;
  virtual std::optional<AccessKeyRow> find_access_key(const base::AccessKeyId& id) = 0;
  // Oldest first.
  virtual std::vector<AccessKeyRow> list_access_keys(const base::UserId& user) = 0;
  // False when `user` has no such key.
  virtual bool delete_access_key(const base::UserId& user, const base::AccessKeyId& id, const AuditRow& audit) = 0;
  virtual void touch_access_key(const base::AccessKeyId& id, base::Micros at) = 0;
  // Everybody's, by id, those after `after`: for sealing all of them anew.
  virtual std::vector<AccessKeyRow> list_all_access_keys(const base::AccessKeyId& after, std::size_t limit) = 0;
  // False when the row is gone or its sealed secret is not `expected` any more.
  virtual bool reseal_access_key(const base::AccessKeyId& id, std::string_view expected, std::string_view sealed) = 0;

  // Another number after every change through this store that its readers can see. Does not block.
  virtual std::uint64_t changes() const = 0;
};

}  // namespace boathouse::meta
