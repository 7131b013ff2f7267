// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/workspaces.h"

#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kColumns =
    "w.id, w.name, (SELECT u.id FROM users u WHERE u.personal_workspace_id = w.id), w.limits, w.created_at ";
const std::string kById = "SELECT " + kColumns + "FROM workspaces w WHERE w.id = ?";
const std::string kByName = "SELECT " + kColumns + "FROM workspaces w WHERE w.name = ?";
const std::string kList = "SELECT " + kColumns + "FROM workspaces w WHERE w.name > ? ORDER BY w.name LIMIT ?";
const std::string kOfUser = "SELECT " + kColumns +
                            ", m.role FROM members m JOIN workspaces w ON w.id = m.workspace_id "
                            "WHERE m.user_id = ? ORDER BY w.name";

WorkspaceRow workspace_row(Query& row) {
  return {.id = base::WorkspaceId(row.text()),
          .name = row.text(),
          .personal_of = base::UserId(row.text()),
          .limits = row.text(),
          .created_at = row.integer()};
}

bool is_personal(Connection& connection, const base::WorkspaceId& workspace, const base::UserId& user) {
  return Query(connection, "SELECT 1 FROM users WHERE id = ? AND personal_workspace_id = ?", user, workspace).next();
}

}  // namespace

bool insert_workspace(Connection& connection, const WorkspaceRow& workspace) {
  if (run(connection,
          "INSERT INTO workspaces (id, name, limits, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
          workspace.id, workspace.name, workspace.limits, workspace.created_at) == 0) {
    return false;
  }
  run(connection,
      "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value) "
      "VALUES ('boathouse', ?, 'exists', 'true') ON CONFLICT DO NOTHING",
      workspace.name);
  return true;
}

bool workspace_is_empty(Connection& connection, const base::WorkspaceId& id) {
  return !Query(connection,
                "SELECT 1 FROM tables WHERE workspace_id = ?1 UNION ALL SELECT 1 FROM insights WHERE workspace_id = ?1 "
                "UNION ALL SELECT 1 FROM buckets WHERE workspace_id = ?1 UNION ALL SELECT 1 FROM sinks WHERE "
                "workspace_id = ?1 UNION ALL SELECT 1 FROM flows WHERE workspace_id = ?1 "
                "LIMIT 1",
                id)
              .next();
}

void delete_workspace(Connection& connection, const base::WorkspaceId& id) {
  run(connection,
      "DELETE FROM iceberg_namespace_properties WHERE catalog_name = 'boathouse' "
      "AND namespace = (SELECT name FROM workspaces WHERE id = ?)",
      id);
  run(connection, "DELETE FROM workspaces WHERE id = ?", id);
}

bool upsert_member(Connection& connection, const MemberRow& member) {
  return run(connection,
             "INSERT INTO members (workspace_id, user_id, role) SELECT w.id, u.id, ?3 FROM workspaces w, users u "
             "WHERE w.id = ?1 AND u.id = ?2 ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role",
             member.workspace, member.user, member.role) > 0;
}

bool is_last_owner(Connection& connection, const base::WorkspaceId& workspace, const base::UserId& user) {
  return Query(connection,
               "SELECT 1 FROM members m WHERE m.workspace_id = ?1 AND m.user_id = ?2 AND m.role = 'owner' "
               "AND NOT EXISTS (SELECT 1 FROM members o JOIN users u ON u.id = o.user_id WHERE o.workspace_id = ?1 "
               "AND o.user_id <> ?2 AND o.role = 'owner' AND NOT u.disabled)",
               workspace, user)
      .next();
}

bool Accounts::create_workspace(const WorkspaceRow& workspace, const std::optional<base::UserId>& owner,
                                const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!insert_workspace(connection, workspace)) return false;
    if (owner && !upsert_member(connection, {workspace.id, *owner, Role::owner})) {
      throw base::Error(base::ErrorKind::not_found, "The user does not exist any more.");
    }
    insert_audit(connection, audit);
    return true;
  });
}

std::optional<WorkspaceRow> Accounts::find_workspace(const base::WorkspaceId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kById, id);
    return first(query, workspace_row);
  });
}

std::optional<WorkspaceRow> Accounts::find_workspace(std::string_view name) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kByName, name);
    return first(query, workspace_row);
  });
}

std::vector<WorkspaceRow> Accounts::list_workspaces(std::string_view after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, after, limit);
    return all(query, workspace_row);
  });
}

bool Accounts::set_workspace_limits(const base::WorkspaceId& id, std::string_view limits, const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection, "UPDATE workspaces SET limits = ? WHERE id = ?", limits, id) == 0) return false;
    insert_audit(connection, audit);
    return true;
  });
}

std::optional<Role> Accounts::find_role(const base::WorkspaceId& workspace, const base::UserId& user) {
  return database_.read([&](Connection& connection) -> std::optional<Role> {
    Query query(connection, "SELECT role FROM members WHERE workspace_id = ? AND user_id = ?", workspace, user);
    if (!query.next()) return std::nullopt;
    return parse_role(query.text());
  });
}

std::vector<Membership> Accounts::memberships_of(const base::UserId& user) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kOfUser, user);
    return all(query, [](Query& row) {
      return Membership{.workspace = workspace_row(row), .role = parse_role(row.text()).value()};
    });
  });
}

std::vector<Member> Accounts::members_of(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT u.id, u.name, m.role FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = ? "
                "ORDER BY u.name_folded",
                workspace);
    return all(query, [](Query& row) {
      return Member{.user = base::UserId(row.text()), .name = row.text(), .role = parse_role(row.text()).value()};
    });
  });
}

ChangeOutcome Accounts::put_member(const MemberRow& member, const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (member.role != Role::owner) {
      if (is_personal(connection, member.workspace, member.user)) return ChangeOutcome::personal;
      if (is_last_owner(connection, member.workspace, member.user)) return ChangeOutcome::last_owner;
    }
    if (!upsert_member(connection, member)) return ChangeOutcome::gone;
    insert_audit(connection, audit);
    return ChangeOutcome::done;
  });
}

ChangeOutcome Accounts::remove_member(const base::WorkspaceId& workspace, const base::UserId& user,
                                      const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (is_personal(connection, workspace, user)) return ChangeOutcome::personal;
    if (is_last_owner(connection, workspace, user)) return ChangeOutcome::last_owner;
    if (run(connection, "DELETE FROM members WHERE workspace_id = ? AND user_id = ?", workspace, user) == 0) {
      return ChangeOutcome::gone;
    }
    insert_audit(connection, audit);
    return ChangeOutcome::done;
  });
}

}  // namespace boathouse::meta::sqlite
