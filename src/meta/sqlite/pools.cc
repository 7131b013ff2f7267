// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"
#include "meta/sqlite/subjects.h"
#include "meta/sqlite/users.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kSelectClient = "SELECT id, name, sealed_secret, flows, created_at, updated_at FROM pool_clients ";
const std::string kClientById = kSelectClient + "WHERE id = ?";
const std::string kClients = kSelectClient +
                             "WHERE (created_at, id) > (coalesce((SELECT created_at FROM pool_clients WHERE id = ?1), "
                             "-1), ?1) ORDER BY created_at, id LIMIT ?2";
const std::string kSelectGroup =
    "SELECT g.name, g.description, g.precedence, g.created_at, g.updated_at FROM pool_groups g ";
const std::string kGroupByName = kSelectGroup + "WHERE g.name = ?";
const std::string kGroups = kSelectGroup + "WHERE g.name > ? ORDER BY g.name LIMIT ?";
const std::string kGroupsOf =
    kSelectGroup + "JOIN pool_group_members m ON m.group_name = g.name WHERE m.user_id = ? ORDER BY g.name";
const std::string kUsersIn = std::string("SELECT ") + kUserColumns +
                             " FROM users u JOIN pool_group_members m ON m.user_id = u.id "
                             "WHERE m.group_name = ? AND u.name_folded > ? ORDER BY u.name_folded LIMIT ?";

PoolClientRow client_row(Query& row) {
  return {.id = row.text(),
          .name = row.text(),
          .sealed_secret = row.text(),
          .flows = row.text(),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

PoolGroupRow group_row(Query& row) {
  return {.name = row.text(),
          .description = row.text(),
          .precedence = row.optional_integer(),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

PoolRow pool_row(Query& row) { return {.id = row.text(), .created_at = row.integer()}; }

std::optional<PoolRow> find_pool(Connection& connection) {
  Query query(connection, "SELECT id, created_at FROM user_pools");
  return first(query, pool_row);
}

void add_client(Connection& connection, const PoolClientRow& client) {
  run(connection,
      "INSERT INTO pool_clients (id, name, sealed_secret, flows, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
      client.id, client.name, client.sealed_secret, client.flows, client.created_at, client.updated_at);
}

bool exists(Connection& connection, std::string_view sql, std::string_view id) {
  return Query(connection, sql, id).next();
}

bool group_exists(Connection& connection, std::string_view name) {
  return exists(connection, "SELECT 1 FROM pool_groups WHERE name = ?", name);
}

}  // namespace

PoolRow Pools::ensure_pool(const PoolRow& wanted, const PoolClientRow& first_client) {
  if (auto there = database_.read(find_pool)) return *there;
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (auto there = find_pool(connection)) return *there;
    run(connection, "INSERT INTO user_pools (one, id, created_at) VALUES (1, ?, ?)", wanted.id, wanted.created_at);
    add_client(connection, first_client);
    return wanted;
  });
}

void Pools::insert_client(const PoolClientRow& client, const AuditRow& audit) {
  database_.write([&](Transaction& transaction) {
    add_client(transaction.connection(), client);
    insert_audit(transaction.connection(), audit);
  });
}

std::optional<PoolClientRow> Pools::find_client(std::string_view id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kClientById, id);
    return first(query, client_row);
  });
}

std::vector<PoolClientRow> Pools::list_clients(std::string_view after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kClients, after, limit);
    return all(query, client_row);
  });
}

bool Pools::delete_client(std::string_view id, const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection, "DELETE FROM pool_clients WHERE id = ?", id) == 0) return false;
    insert_audit(connection, audit);
    return true;
  });
}

bool Pools::reseal_client(std::string_view id, std::string_view expected, std::string_view sealed) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE pool_clients SET sealed_secret = ? WHERE id = ? AND sealed_secret = ?",
               sealed, id, expected) > 0;
  });
}

bool Pools::insert_group(const PoolGroupRow& group, const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection,
            "INSERT INTO pool_groups (name, description, precedence, created_at, updated_at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            group.name, group.description, group.precedence, group.created_at, group.updated_at) == 0) {
      return false;
    }
    insert_audit(connection, audit);
    return true;
  });
}

std::optional<PoolGroupRow> Pools::find_group(std::string_view name) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kGroupByName, name);
    return first(query, group_row);
  });
}

std::vector<PoolGroupRow> Pools::list_groups(std::string_view after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kGroups, after, limit);
    return all(query, group_row);
  });
}

bool Pools::delete_group(std::string_view name, const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection, "DELETE FROM pool_groups WHERE name = ?", name) == 0) return false;
    insert_audit(connection, audit);
    return true;
  });
}

bool Pools::add_to_group(std::string_view name, const base::UserId& user, const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    bool both = group_exists(connection, name) && exists(connection, "SELECT 1 FROM users WHERE id = ?", user.value);
    if (!both) return false;
    run(connection, "INSERT INTO pool_group_members (group_name, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING", name,
        user);
    insert_audit(connection, audit);
    return true;
  });
}

bool Pools::remove_from_group(std::string_view name, const base::UserId& user, const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!group_exists(connection, name)) return false;
    run(connection, "DELETE FROM pool_group_members WHERE group_name = ? AND user_id = ?", name, user);
    insert_audit(connection, audit);
    return true;
  });
}

std::vector<PoolGroupRow> Pools::groups_of(const base::UserId& user) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kGroupsOf, user);
    return all(query, group_row);
  });
}

std::vector<UserRow> Pools::users_in_group(std::string_view name, std::string_view after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(after);
    Query query(connection, kUsersIn, name, folded, limit);
    return all(query, user_row);
  });
}

}  // namespace boathouse::meta::sqlite
