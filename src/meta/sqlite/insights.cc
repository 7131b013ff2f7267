// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

constexpr std::string_view kFind =
    "SELECT workspace_id, name, sql, is_public, description, updated_at FROM insights "
    "WHERE workspace_id = ? AND name_folded = ?";
constexpr std::string_view kList =
    "SELECT workspace_id, name, sql, is_public, description, updated_at FROM insights "
    "WHERE workspace_id = ? ORDER BY name_folded";

InsightRow insight_row(Query& row) {
  return {.workspace = base::WorkspaceId(row.text()),
          .name = row.text(),
          .sql = row.text(),
          .is_public = row.boolean(),
          .description = row.text(),
          .updated_at = row.integer()};
}

bool exists(Connection& connection, const base::WorkspaceId& workspace, const std::string& folded) {
  return Query(connection, kFind, workspace, folded).next();
}

}  // namespace

bool Insights::put_insight(const InsightRow& insight) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    std::string folded = base::fold_case(insight.name);
    bool is_new = !exists(connection, insight.workspace, folded);
    std::int64_t written =
        run(connection,
            "INSERT INTO insights (workspace_id, name, name_folded, sql, is_public, description, updated_at) "
            "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM workspaces WHERE id = ?1 "
            "ON CONFLICT (workspace_id, name_folded) DO UPDATE SET name = excluded.name, sql = excluded.sql, "
            "is_public = excluded.is_public, description = excluded.description, updated_at = excluded.updated_at",
            insight.workspace, insight.name, folded, insight.sql, insight.is_public, insight.description,
            insight.updated_at);
    if (written == 0) throw base::Error(base::ErrorKind::not_found, "The workspace does not exist any more.");
    return is_new;
  });
}

std::optional<InsightRow> Insights::find_insight(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(name);
    Query query(connection, kFind, workspace, folded);
    return first(query, insight_row);
  });
}

std::vector<InsightRow> Insights::list_insights(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, workspace);
    return all(query, insight_row);
  });
}

bool Insights::delete_insight(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "DELETE FROM insights WHERE workspace_id = ? AND name_folded = ?", workspace,
               base::fold_case(name)) > 0;
  });
}

}  // namespace boathouse::meta::sqlite
