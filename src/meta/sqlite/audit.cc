// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

AuditRow audit_row(Query& row) {
  return {.id = row.integer(),
          .at = row.integer(),
          .who = row.text(),
          .what = row.text(),
          .target = row.text(),
          .workspace = base::WorkspaceId(row.text()),
          .outcome = row.text(),
          .request = base::RequestId(row.text())};
}

}  // namespace

void insert_audit(Connection& connection, const AuditRow& row) {
  run(connection,
      "INSERT INTO audit (at, who, what, target, workspace_id, outcome, request_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row.at, row.who, row.what, row.target, nullable(row.workspace), row.outcome, row.request);
}

void Audit::append(const AuditRow& row) {
  database_.write([&](Transaction& transaction) { insert_audit(transaction.connection(), row); });
}

std::vector<AuditRow> Audit::list(const AuditListing& listing) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT id, at, who, what, target, workspace_id, outcome, request_id FROM audit WHERE id < ?1 "
                "AND (?2 IS NULL OR workspace_id = ?2) AND (?3 IS NULL OR who = ?3) AND (?4 IS NULL OR what = ?4) "
                "AND (?5 IS NULL OR outcome = ?5) AND (?6 IS NULL OR request_id = ?6) ORDER BY id DESC LIMIT ?7",
                listing.before.value_or(INT64_MAX), listing.workspace, listing.who, listing.what, listing.outcome,
                listing.request, listing.limit);
    return all(query, audit_row);
  });
}

}  // namespace boathouse::meta::sqlite
