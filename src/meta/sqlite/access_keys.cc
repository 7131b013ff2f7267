// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kSelect =
    "SELECT id, user_id, name, workspace_id, role, sealed_secret, created_at, expires_at, last_used FROM access_keys ";
const std::string kById = kSelect + "WHERE id = ?";
const std::string kOfUser = kSelect + "WHERE user_id = ? ORDER BY created_at, id";
const std::string kAll = kSelect + "WHERE id > ? ORDER BY id LIMIT ?";

AccessKeyRow access_key_row(Query& row) {
  AccessKeyRow key{.id = base::AccessKeyId(row.text()), .user = base::UserId(row.text()), .name = row.text()};
  if (auto workspace = row.optional_text()) key.workspace = base::WorkspaceId(*workspace);
  if (auto role = row.optional_text()) key.role = parse_role(*role);
  key.sealed_secret = row.text();
  key.created_at = row.integer();
  key.expires_at = row.optional_integer();
  key.last_used = row.optional_integer();
  return key;
}

}  // namespace

void Accounts::insert_access_key(const AccessKeyRow& key, const AuditRow& audit) {
  write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    run(connection,
        "INSERT INTO access_keys (id, user_id, name, workspace_id, role, sealed_secret, created_at, expires_at, "
        "last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        key.id, key.user, key.name, key.workspace, key.role, key.sealed_secret, key.created_at, key.expires_at,
        key.last_used);
    insert_audit(connection, audit);
  });
}

std::optional<AccessKeyRow> Accounts::find_access_key(const base::AccessKeyId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kById, id);
    return first(query, access_key_row);
  });
}

std::vector<AccessKeyRow> Accounts::list_access_keys(const base::UserId& user) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kOfUser, user);
    return all(query, access_key_row);
  });
}

bool Accounts::delete_access_key(const base::UserId& user, const base::AccessKeyId& id, const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection, "DELETE FROM access_keys WHERE user_id = ? AND id = ?", user, id) == 0) return false;
    insert_audit(connection, audit);
    return true;
  });
}

void Accounts::touch_access_key(const base::AccessKeyId& id, base::Micros at) {
  write([&](Transaction& transaction) {
    run(transaction.connection(), "UPDATE access_keys SET last_used = ? WHERE id = ?", at, id);
  });
}

std::vector<AccessKeyRow> Accounts::list_all_access_keys(const base::AccessKeyId& after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kAll, after, limit);
    return all(query, access_key_row);
  });
}

bool Accounts::reseal_access_key(const base::AccessKeyId& id, std::string_view expected, std::string_view sealed) {
  return write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE access_keys SET sealed_secret = ? WHERE id = ? AND sealed_secret = ?",
               sealed, id, expected) > 0;
  });
}

}  // namespace boathouse::meta::sqlite
