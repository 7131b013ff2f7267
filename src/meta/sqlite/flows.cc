// SPDX-License-Identifier: Apache-2.0
// Flows, their members and feeds. Users are in flow_users.cc, tasks and comments in flow_tasks.cc, datasets in
// flow_datasets.cc.
#include "meta/sqlite/flows.h"

#include "base/encoding.h"
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kSelect =
    "SELECT f.fid, f.workspace_id, f.title, f.description, f.rules, f.dataset_table, f.dataset, coalesce(o.uid, 0), "
    "coalesce(u.name, ''), coalesce(f.owner_id, ''), f.created_at, f.updated_at FROM flows f "
    "LEFT JOIN users u ON u.id = f.owner_id LEFT JOIN flow_users o ON o.user_id = f.owner_id ";
const std::string kFind = kSelect + "WHERE f.fid = ?";
const std::string kFindSeen =
    kSelect + "WHERE f.fid = ? AND EXISTS (SELECT 1 FROM flow_members m WHERE m.user_id = ? AND m.fid = f.fid)";
const std::string kList =
    kSelect +
    "JOIN flow_members m ON m.fid = f.fid WHERE m.user_id = ?1 AND m.fid > ?2 AND (?3 = '' OR "
    "instr(lower(f.title), ?3) > 0 OR instr(lower(coalesce(f.description, '')), ?3) > 0) ORDER BY m.fid LIMIT ?4";
const std::string kWithRules = kSelect + "WHERE f.workspace_id = ? AND f.rules <> '[]' ORDER BY f.fid";

FlowRow flow_row(Query& row) {
  return {.fid = row.integer(),
          .workspace = base::WorkspaceId(row.text()),
          .title = row.text(),
          .description = row.optional_text(),
          .rules = row.text(),
          .dataset_table = row.text(),
          .dataset = row.integer(),
          .owner_uid = row.integer(),
          .owner_name = row.text(),
          .owner = base::UserId(row.text()),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

std::optional<FlowRow> by_fid(Connection& connection, std::int64_t fid) {
  Query query(connection, kFind, fid);
  return first(query, flow_row);
}

bool is_member(Connection& connection, std::int64_t fid, const base::UserId& user) {
  return Query(connection, "SELECT 1 FROM flow_members WHERE user_id = ? AND fid = ?", user, fid).next();
}

// By another flow of its owner, in whichever workspace; or of its workspace.
bool title_is_taken(Connection& connection, std::int64_t fid, std::string_view title) {
  return Query(connection,
               "SELECT 1 FROM flows f JOIN flows other ON other.workspace_id = f.workspace_id OR other.owner_id = "
               "f.owner_id WHERE f.fid = ?1 AND other.fid <> ?1 AND other.title = ?2",
               fid, title)
      .next();
}

bool owner_has_title(Connection& connection, const FlowRow& flow) {
  return Query(connection, "SELECT 1 FROM flows WHERE owner_id = ? AND title = ?", flow.owner, flow.title).next();
}

}  // namespace

void insert_event(Connection& connection, const FlowEventRow& event) {
  run(connection, "INSERT INTO flow_events (fid, at, who, what, tid, detail) VALUES (?, ?, ?, ?, ?, ?)", event.fid,
      event.at, event.who, event.what, event.tid, event.detail);
  run(connection,
      "DELETE FROM flow_events WHERE fid = ?1 AND id <= (SELECT id FROM flow_events WHERE fid = ?1 ORDER BY id DESC "
      "LIMIT 1 OFFSET ?2)",
      event.fid, kMaxFlowEvents);
}

std::optional<FlowRow> Flows::insert_flow(const FlowRow& flow, const FlowEventRow& event) {
  return database_.write([&](Transaction& transaction) -> std::optional<FlowRow> {
    Connection& connection = transaction.connection();
    auto is_there = [&] {
      return Query(connection, "SELECT 1 FROM workspaces w, users u WHERE w.id = ? AND u.id = ?", flow.workspace,
                   flow.owner)
          .next();
    };
    if (!is_there()) {
      throw base::Error(base::ErrorKind::not_found, "The workspace or its user does not exist any more.");
    }
    if (owner_has_title(connection, flow)) return std::nullopt;
    if (run(connection,
            "INSERT INTO flows (workspace_id, owner_id, title, description, rules, dataset_table, dataset, created_at, "
            "updated_at) VALUES (?, ?, ?, ?, ?, '', 0, ?, ?) ON CONFLICT (workspace_id, title) DO NOTHING",
            flow.workspace, flow.owner, flow.title, flow.description, flow.rules, flow.created_at,
            flow.updated_at) == 0) {
      return std::nullopt;
    }
    FlowEventRow told = event;
    told.fid = sqlite3_last_insert_rowid(connection.handle());
    run(connection, "INSERT INTO flow_members (user_id, fid) VALUES (?, ?)", flow.owner, told.fid);
    insert_event(connection, told);
    return by_fid(connection, told.fid);
  });
}

std::optional<FlowRow> Flows::find_flow(std::int64_t fid) {
  return database_.read([&](Connection& connection) { return by_fid(connection, fid); });
}

std::optional<FlowRow> Flows::find_flow(std::int64_t fid, const base::UserId& seen_by) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kFindSeen, fid, seen_by);
    return first(query, flow_row);
  });
}

std::vector<FlowRow> Flows::list_flows(const FlowListing& listing) {
  return database_.read([&](Connection& connection) {
    const std::string search = base::fold_case(listing.search);
    Query query(connection, kList, listing.seen_by, listing.after, search, listing.limit);
    return all(query, flow_row);
  });
}

std::vector<FlowRow> Flows::flows_with_rules(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kWithRules, workspace);
    return all(query, flow_row);
  });
}

FlowOutcome Flows::update_flow(std::int64_t fid, const FlowChange& change, const FlowEventRow& event) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (change.title && title_is_taken(connection, fid, *change.title)) return FlowOutcome::taken;
    const std::optional<std::string> description = change.description.value_or(std::nullopt);
    if (run(connection,
            "UPDATE flows SET title = coalesce(?2, title), description = CASE WHEN ?3 THEN ?4 ELSE description END, "
            "rules = coalesce(?5, rules), updated_at = ?6 WHERE fid = ?1",
            fid, change.title, change.description.has_value(), description, change.rules, change.at) == 0) {
      return FlowOutcome::gone;
    }
    insert_event(connection, event);
    return FlowOutcome::done;
  });
}

bool Flows::delete_flow(std::int64_t fid, const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    if (run(transaction.connection(), "DELETE FROM flows WHERE fid = ?", fid) == 0) return false;
    insert_audit(transaction.connection(), audit);
    return true;
  });
}

std::vector<FlowMemberRow> Flows::members_of(std::int64_t fid) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT coalesce(n.uid, 0), u.id, u.name, u.email, u.id = f.owner_id FROM flow_members m "
                "JOIN flows f ON f.fid = m.fid JOIN users u ON u.id = m.user_id "
                "LEFT JOIN flow_users n ON n.user_id = u.id WHERE m.fid = ? "
                "ORDER BY u.id IS NOT f.owner_id, u.name_folded",
                fid);
    return all(query, [](Query& row) {
      return FlowMemberRow{.uid = row.integer(),
                           .user = base::UserId(row.text()),
                           .name = row.text(),
                           .email = row.text(),
                           .is_owner = row.boolean()};
    });
  });
}

FlowOutcome Flows::add_member(std::int64_t fid, const base::UserId& user, const FlowEventRow& event,
                              const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (is_member(connection, fid, user)) return FlowOutcome::taken;
    if (run(connection,
            "INSERT INTO flow_members (user_id, fid) SELECT u.id, f.fid FROM users u, flows f WHERE u.id = ? "
            "AND f.fid = ? ON CONFLICT DO NOTHING",
            user, fid) == 0) {
      return FlowOutcome::gone;
    }
    insert_event(connection, event);
    insert_audit(connection, audit);
    return FlowOutcome::done;
  });
}

FlowOutcome Flows::remove_member(std::int64_t fid, const base::UserId& user, const FlowEventRow& event,
                                 const AuditRow& audit) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection,
            "DELETE FROM flow_members WHERE user_id = ?1 AND fid = ?2 AND NOT EXISTS (SELECT 1 FROM flows "
            "WHERE fid = ?2 AND owner_id = ?1)",
            user, fid) == 0) {
      return FlowOutcome::gone;
    }
    run(connection, "UPDATE flow_tasks SET assignee_id = NULL WHERE assignee_id = ? AND fid = ?", user, fid);
    insert_event(connection, event);
    insert_audit(connection, audit);
    return FlowOutcome::done;
  });
}

std::vector<FlowEventRow> Flows::list_events(std::int64_t fid, std::optional<std::int64_t> before, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT id, fid, at, who, what, tid, detail FROM flow_events WHERE fid = ?1 AND (?2 IS NULL OR id < "
                "?2) ORDER BY id DESC LIMIT ?3",
                fid, before, limit);
    return all(query, [](Query& row) {
      return FlowEventRow{.id = row.integer(),
                          .fid = row.integer(),
                          .at = row.integer(),
                          .who = row.text(),
                          .what = row.text(),
                          .tid = row.optional_integer(),
                          .detail = row.text()};
    });
  });
}

}  // namespace boathouse::meta::sqlite
