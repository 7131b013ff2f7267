// SPDX-License-Identifier: Apache-2.0
// Users. Workspaces and members are in workspaces.cc, tokens in tokens.cc, access keys in access_keys.cc.
#include "base/encoding.h"
#include "meta/sqlite/flows.h"
#include "meta/sqlite/subjects.h"
#include "meta/sqlite/users.h"
#include "meta/sqlite/workspaces.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kSelect = std::string("SELECT ") + kUserColumns + " FROM users u ";
const std::string kById = kSelect + "WHERE u.id = ?";
const std::string kByName = kSelect + "WHERE u.name_folded = ?";
const std::string kByEmail = kSelect + "WHERE u.email = ? COLLATE NOCASE AND u.email <> '' LIMIT 2";
const std::string kList = kSelect + "WHERE u.name_folded > ? ORDER BY u.name_folded LIMIT ?";

bool insert_user(Connection& connection, const UserRow& user) {
  return run(connection,
             "INSERT INTO users (id, name, name_folded, email, password_hash, temporary, disabled, "
             "personal_workspace_id, srp_verifier, attributes, sign_outs, created_at, updated_at) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
             user.id, user.name, base::fold_case(user.name), user.email, user.password_hash, user.temporary,
             user.disabled, user.personal_workspace, user.srp_verifier, user.attributes, user.sign_outs,
             user.created_at, user.updated_at) > 0;
}

bool name_is_taken(Connection& connection, const std::string& folded) {
  return Query(connection, "SELECT 1 FROM users WHERE name_folded = ?", folded).next();
}

CreateUserOutcome insert_new_user(Connection& connection, const NewUser& wanted) {
  if (name_is_taken(connection, base::fold_case(wanted.user.name))) return CreateUserOutcome::user_name_taken;
  if (!insert_workspace(connection, wanted.personal)) return CreateUserOutcome::workspace_name_taken;
  if (!insert_user(connection, wanted.user)) return CreateUserOutcome::user_name_taken;
  for (const MemberRow& member : wanted.memberships) {
    if (!upsert_member(connection, member)) return CreateUserOutcome::workspace_gone;
  }
  return CreateUserOutcome::created;
}

base::WorkspaceId main_workspace(Connection& connection) {
  Query query(connection, "SELECT id FROM workspaces WHERE name = ?", kMainWorkspace);
  return query.next() ? base::WorkspaceId(query.text()) : base::WorkspaceId();
}

bool main_would_lose_its_owner(Connection& connection, const base::UserId& user) {
  return is_last_owner(connection, main_workspace(connection), user);
}

bool apply_change(Connection& connection, const base::UserId& id, const UserChange& change) {
  return run(connection,
             "UPDATE users SET email = coalesce(?, email), attributes = coalesce(?, attributes), "
             "password_hash = coalesce(?3, password_hash), "
             "srp_verifier = coalesce(?, CASE WHEN ?3 IS NULL THEN srp_verifier ELSE '' END), "
             "temporary = coalesce(?, temporary), disabled = coalesce(?, disabled), sign_outs = sign_outs + ?, "
             "updated_at = ? WHERE id = ? AND password_hash = coalesce(?, password_hash)",
             change.email, change.attributes, change.password_hash, change.srp_verifier, change.temporary,
             change.disabled, change.sign_out, change.at, id, change.expected_password_hash) > 0;
}

void pass_on_workspaces(Connection& connection, const base::UserId& user, const base::UserId& heir) {
  run(connection,
      "INSERT INTO members (workspace_id, user_id, role) SELECT m.workspace_id, ?2, 'owner' FROM members m "
      "WHERE m.user_id = ?1 AND m.role = 'owner' AND EXISTS (SELECT 1 FROM users WHERE id = ?2) "
      "AND NOT EXISTS (SELECT 1 FROM members o JOIN users u ON u.id = o.user_id WHERE o.workspace_id = m.workspace_id "
      "AND o.user_id <> ?1 AND o.role = 'owner' AND NOT u.disabled) "
      "ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = 'owner'",
      user, heir);
}

}  // namespace

CreateUserOutcome Accounts::create_user(const NewUser& user, const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    CreateUserOutcome outcome = insert_new_user(transaction.connection(), user);
    if (outcome == CreateUserOutcome::created)
      insert_audit(transaction.connection(), audit);
    else
      transaction.roll_back();
    return outcome;
  });
}

std::optional<UserRow> Accounts::find_user(const base::UserId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kById, id);
    return first(query, user_row);
  });
}

std::optional<UserRow> Accounts::find_user(std::string_view name) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(name);
    Query query(connection, kByName, folded);
    return first(query, user_row);
  });
}

std::optional<UserRow> Accounts::find_user_by_email(std::string_view email) {
  return database_.read([&](Connection& connection) -> std::optional<UserRow> {
    Query query(connection, kByEmail, email);
    std::vector<UserRow> found = all(query, user_row);
    if (found.size() != 1) return std::nullopt;
    return std::move(found.front());
  });
}

bool Accounts::has_email(std::string_view email) {
  return database_.read([&](Connection& connection) { return Query(connection, kByEmail, email).next(); });
}

std::vector<UserRow> Accounts::list_users(std::string_view after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(after);
    Query query(connection, kList, folded, limit);
    return all(query, user_row);
  });
}

ChangeOutcome Accounts::update_user(const base::UserId& id, const UserChange& change, const AuditRow& audit) {
  const bool disabled = change.disabled.value_or(false);
  ChangeOutcome outcome = write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (disabled && main_would_lose_its_owner(connection, id)) return ChangeOutcome::last_owner;
    if (!apply_change(connection, id, change)) return ChangeOutcome::gone;
    if (change.password_hash || change.sign_out) {
      run(connection, "DELETE FROM refresh_tokens WHERE user_id = ?", id);
      delete_flow_refresh_token(connection, id);
    }
    if (disabled) cancel_private_jobs(connection, id, change.at);
    insert_audit(connection, audit);
    return ChangeOutcome::done;
  });
  if (disabled && outcome == ChangeOutcome::done) signal_.changed();
  return outcome;
}

bool Accounts::set_srp_verifier(const base::UserId& id, std::string_view password_hash, std::string_view verifier) {
  return write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE users SET srp_verifier = ? WHERE id = ? AND password_hash = ?",
               verifier, id, password_hash) > 0;
  });
}

ChangeOutcome Accounts::delete_user(const base::UserId& id, const base::UserId& heir, const AuditRow& audit) {
  ChangeOutcome outcome = write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    Query query(connection, kById, id);
    auto user = first(query, user_row);
    if (!user) return ChangeOutcome::gone;
    if (main_would_lose_its_owner(connection, id)) return ChangeOutcome::last_owner;
    bool empty = workspace_is_empty(connection, user->personal_workspace);
    pass_on_workspaces(connection, id, heir);
    pass_on_flows(connection, id, heir);
    run(connection, "DELETE FROM users WHERE id = ?", id);
    if (empty) delete_workspace(connection, user->personal_workspace);
    cancel_private_jobs(connection, id, audit.at);
    insert_audit(connection, audit);
    return ChangeOutcome::done;
  });
  if (outcome == ChangeOutcome::done) signal_.changed();
  return outcome;
}

}  // namespace boathouse::meta::sqlite
