// SPDX-License-Identifier: Apache-2.0
// The one commit of the house: rows that decide about replays first, then the job that it ends, then the pointers, each
// moved only from where the caller saw it.
#include "base/encoding.h"
#include "meta/sqlite/sinks.h"
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

using base::Error;
using base::ErrorKind;

bool insert_batch(Connection& connection, const BatchRow& batch) {
  return run(connection,
             "INSERT INTO batches (id, table_id, workspace_id, request_id, principal, door, file_name, mode, branch, "
             "rows_received, rows_accepted, rows_rejected, version, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
             "?) "
             "ON CONFLICT (id) DO NOTHING",
             batch.id, batch.table, batch.workspace, batch.request, batch.principal, batch.door, batch.file_name,
             batch.mode, batch.branch, batch.rows_received, batch.rows_accepted, batch.rows_rejected, batch.version,
             batch.at) > 0;
}

bool advance_landing(Connection& connection, const LandingAdvance& landing) {
  const LandingRow& row = landing.row;
  if (landing.from == 0) {
    return run(connection,
               "INSERT INTO landing_positions (node, workspace_id, table_folded, position) VALUES (?, ?, ?, ?) "
               "ON CONFLICT DO NOTHING",
               row.node, row.workspace, row.table, row.position) > 0;
  }
  return run(connection,
             "UPDATE landing_positions SET position = ? WHERE node = ? AND workspace_id = ? AND table_folded = ? AND "
             "position = ?",
             row.position, row.node, row.workspace, row.table, landing.from) > 0;
}

// A key whose time is over is free again.
bool insert_idempotency(Connection& connection, const IdempotencyRow& row, base::Micros now) {
  return run(connection,
             "INSERT INTO idempotency (scope, key, body_hash, status, answer, expires_at) VALUES (?, ?, ?, ?, ?, ?) "
             "ON CONFLICT (scope, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status, "
             "answer = excluded.answer, expires_at = excluded.expires_at WHERE idempotency.expires_at <= ?",
             row.scope, row.key, row.body_hash, row.status, row.answer, row.expires_at, now) > 0;
}

std::optional<CommitDuplicate> insert_replay_rows(Connection& connection, const CatalogCommit& commit) {
  for (const BatchRow& batch : commit.batches) {
    if (!insert_batch(connection, batch)) return CommitDuplicate{CommitDuplicate::What::batch};
  }
  if (commit.landing && !advance_landing(connection, *commit.landing)) {
    return CommitDuplicate{CommitDuplicate::What::landing};
  }
  if (commit.idempotency && !insert_idempotency(connection, *commit.idempotency, commit.at)) {
    return CommitDuplicate{CommitDuplicate::What::idempotency};
  }
  if (commit.landing) {
    for (const IdempotencyRow& row : commit.landing->answers) insert_idempotency(connection, row, commit.at);
  }
  return std::nullopt;
}

bool insert_table(Connection& connection, const PointerSwap& swap, base::Micros at) {
  const TableRow& table = *swap.create;
  return run(connection,
             "INSERT INTO tables (id, workspace_id, name, name_folded, location, contract, settings, quarantine_of, "
             "version, row_count, byte_count, file_count, created_at, updated_at) "
             "SELECT ?1, w.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13 FROM workspaces w "
             "WHERE w.id = ?2 AND (?8 IS NULL OR EXISTS (SELECT 1 FROM tables WHERE id = ?8)) ON CONFLICT DO NOTHING",
             swap.table, table.workspace, table.name, base::fold_case(table.name), table.location,
             swap.contract.value_or(table.contract), table.settings, nullable(table.quarantine_of),
             swap.figures.version, swap.figures.rows, swap.figures.bytes, swap.figures.files, at) > 0;
}

bool insert_pointer(Connection& connection, const PointerSwap& swap) {
  return run(connection,
             "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, "
             "previous_metadata_location, iceberg_type) SELECT 'boathouse', w.name, ?2, ?3, NULL, 'TABLE' "
             "FROM workspaces w WHERE w.id = ?1 ON CONFLICT DO NOTHING",
             swap.create->workspace, swap.create->name, swap.next) > 0;
}

void require_workspace(Connection& connection, const base::WorkspaceId& id) {
  if (Query(connection, "SELECT 1 FROM workspaces WHERE id = ?", id).next()) return;
  throw Error(ErrorKind::not_found, "The workspace does not exist any more.");
}

bool create_table(Connection& connection, const PointerSwap& swap, base::Micros at) {
  if (!swap.create) throw Error(ErrorKind::internal, "A commit makes a table but does not say which.");
  require_workspace(connection, swap.create->workspace);
  return insert_table(connection, swap, at) && insert_pointer(connection, swap);
}

bool move_pointer(Connection& connection, const PointerSwap& swap) {
  return run(connection,
             "UPDATE iceberg_tables SET previous_metadata_location = metadata_location, metadata_location = ?3 "
             "WHERE catalog_name = 'boathouse' AND metadata_location = ?2 AND (table_namespace, table_name) = "
             "(SELECT w.name, t.name FROM tables t JOIN workspaces w ON w.id = t.workspace_id WHERE t.id = ?1)",
             swap.table, swap.expected, swap.next) > 0;
}

bool move_table(Connection& connection, const PointerSwap& swap, base::Micros at) {
  if (!move_pointer(connection, swap)) return false;
  return run(connection,
             "UPDATE tables SET version = ?, row_count = ?, byte_count = ?, file_count = ?, "
             "contract = coalesce(?, contract), updated_at = ? WHERE id = ?",
             swap.figures.version, swap.figures.rows, swap.figures.bytes, swap.figures.files, swap.contract, at,
             swap.table) > 0;
}

// True when one was queued.
bool queue_jobs(Connection& connection, const CatalogCommit& commit) {
  bool queued = false;
  for (const JobRow& job : commit.jobs) queued |= insert_job(connection, job);
  if (!commit.sink_job) return queued;
  for (const PointerSwap& swap : commit.swaps) {
    if (!swap.new_version) continue;
    each_follower(connection, swap.table, [&](const SinkRow& sink, const SinkTable& table) {
      queued |= insert_job(connection, commit.sink_job(sink, table));
    });
  }
  return queued;
}

CommitResult apply(Connection& connection, const CatalogCommit& commit, bool& queued) {
  if (auto duplicate = insert_replay_rows(connection, commit)) return *duplicate;
  if (commit.job_done && !finish_job(connection, *commit.job_done, commit.at)) return CommitFenced{};
  for (const PointerSwap& swap : commit.swaps) {
    bool moved =
        swap.expected.empty() ? create_table(connection, swap, commit.at) : move_table(connection, swap, commit.at);
    if (!moved) return CommitConflict{swap.table};
  }
  queued = queue_jobs(connection, commit);
  return Committed{};
}

}  // namespace

CommitResult Catalog::commit(const CatalogCommit& commit) {
  bool queued = false;
  CommitResult result = database_.write([&](Transaction& transaction) {
    CommitResult applied = apply(transaction.connection(), commit, queued);
    if (!std::holds_alternative<Committed>(applied)) transaction.roll_back();
    return applied;
  });
  if (queued || commit.job_done) signal_.changed();
  return result;
}

}  // namespace boathouse::meta::sqlite
