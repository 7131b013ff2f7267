// SPDX-License-Identifier: Apache-2.0
#include "core/delete_rows.h"

#include "base/error.h"
#include "base/file.h"
#include "core/commit.h"
#include "core/file_consumer.h"
#include "core/relation.h"
#include "core/row_deletes.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

// The positions of the rows for which `where` is true, found by a query worker, since the expression is a user's.
void find_positions(const Parts& parts, const TableState& state, const iceberg::Scan& scan, const std::string& where,
                    const std::filesystem::path& file) {
  engine::QueryCommand command;
  const iceberg::Schema& schema = state.schema();
  command.setup.push_back(
      "CREATE OR REPLACE TEMP VIEW target AS " +
      rows_sql(parts.store(), scan,
               {.schema = schema, .by = columns_by(*state.metadata, schema), .positions = Positions::with}));
  command.sql = fmt::format("SELECT _file, _pos FROM target WHERE (\n{}\n)", where);
  command.format = engine::ResultFormat::parquet;
  FileConsumer consumer(file);
  engine::Lease lease = parts.engine.acquire(parts.layout.query_confinement({state.row.workspace}), state.row.workspace,
                                             base::steady_micros() + parts.limits.query_timeout);
  lease.query(command, consumer);
}

// The deletes of what `where` asks for in one version.
RowDeletes find_and_write(const Parts& parts, const TableState& state, const std::string& where,
                          const std::filesystem::path& folder) {
  auto scan = iceberg::plan_scan(parts.cache, state.metadata, state.head());
  if (scan.files.empty()) return {};
  auto positions = folder / fmt::format("positions-{}.parquet", base::uuid_v4());
  find_positions(parts, state, scan, where, positions);
  engine::Lease lease = parts.engine.acquire(parts.layout.ingest_confinement(state.row.workspace), state.row.workspace,
                                             base::steady_micros() + parts.limits.ingest_timeout);
  return write_row_deletes(parts, lease, state, scan,
                           fmt::format("SELECT _file, _pos FROM read_parquet({})", file_list({positions})), folder);
}

meta::BatchRow batch_row(const TableState& state, const Actor& actor, base::SnapshotId version) {
  return {.id = base::BatchId(base::uuid_v7()),
          .table = state.row.id,
          .workspace = state.row.workspace,
          .request = actor.request,
          .principal = actor.principal,
          .door = actor.door,
          .file_name = {},
          .mode = "delete",
          .branch = state.branch,
          .rows_received = 0,
          .rows_accepted = 0,
          .rows_rejected = 0,
          .version = version,
          .at = base::now_micros()};
}

// Unless it is committed nothing of the try is left.
CommitOutcome commit_or_clean_up(const Parts& parts, const CommitRequest& request) {
  CommitOutcome outcome;
  try {
    outcome = commit_tables(parts, request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unknown_outcome) store::remove_all_quietly(parts.store(), request.files);
    throw;
  }
  if (outcome != CommitOutcome::committed) store::remove_all_quietly(parts.store(), request.files);
  return outcome;
}

TableChange change_of(const TableState& state, iceberg::SnapshotChange snapshot) {
  TableChange change;
  change.base = state;
  change.row = state.row;
  change.change.at = base::now_micros();
  change.change.snapshots.push_back(std::move(snapshot));
  return change;
}

// What the first request with the key got, if this one repeats it.
std::optional<RowsDeleted> answered_before(const Parts& parts, const Repeatable& repeatable) {
  if (!repeatable.key) return std::nullopt;
  check_idempotency_key(*repeatable.key);
  auto answer = first_answer(parts, *repeatable.key);
  if (!answer) return std::nullopt;
  return RowsDeleted{.version = 0, .rows = 0, .replayed_answer = std::move(answer)};
}

// nullopt: the table has moved on, and nothing happened.
std::optional<RowsDeleted> commit_deleted(const Parts& parts, CommitRequest request, const TableState& state,
                                          RowsDeleted deleted, const Actor& actor, const Repeatable& repeatable) {
  request.batches.push_back(batch_row(state, actor, deleted.version));
  if (repeatable.key) {
    request.idempotency = idempotency_row(*repeatable.key, repeatable.answer(deleted), base::now_micros());
  }
  switch (commit_or_clean_up(parts, request)) {
    case CommitOutcome::committed: return deleted;
    case CommitOutcome::replay: return answered_before(parts, repeatable).value();
    case CommitOutcome::conflict: break;
  }
  return std::nullopt;
}

}  // namespace

boost::json::object to_json(const RowsDeleted& deleted) {
  boost::json::value version;  // null: nothing was deleted from a table without versions
  if (deleted.version != 0) version = std::to_string(deleted.version);
  return {{"version", std::move(version)}, {"rows_deleted", deleted.rows}};
}

RowsDeleted delete_rows_where(const Parts& parts, const std::function<TableState()>& current,
                              const std::optional<std::string>& where, const Actor& actor,
                              const Repeatable& repeatable) {
  if (auto before = answered_before(parts, repeatable)) return *std::move(before);
  for (int attempt = 0; attempt < kMaxCommitAttempts; ++attempt) {
    TableState state = current();
    RowsDeleted deleted{.version = state.version(), .rows = 0};
    iceberg::SnapshotChange snapshot = snapshot_by(actor);
    snapshot.branch = state.branch;
    CommitRequest request;
    if (where) {
      base::TemporaryFolder folder(parts.layout.staging_of(state.row.workspace));
      RowDeletes deletes = find_and_write(parts, state, *where, folder.path());
      deleted.rows = deletes.rows;
      for (const iceberg::DataFile& file : deletes.files) request.files.push_back(file.path);
      snapshot.added_deletes = std::move(deletes.files);
      snapshot.required_files = std::move(deletes.touched);
      snapshot.removed_files = std::move(deletes.emptied);
    } else {
      deleted.rows = state.rows();
      snapshot.replace_all = true;
      snapshot.operation = iceberg::Operation::delete_;
    }
    if (deleted.rows == 0 && !repeatable.key) return deleted;
    if (deleted.rows > 0) {
      deleted.version = snapshot.id;
      request.tables.push_back(change_of(state, std::move(snapshot)));
    }
    if (auto done = commit_deleted(parts, std::move(request), state, deleted, actor, repeatable)) return *done;
  }
  throw_too_busy();
}

RowsDeleted delete_no_rows(const Parts& parts, const TableState& state, const Actor& actor,
                           const Repeatable& repeatable) {
  if (auto before = answered_before(parts, repeatable)) return *std::move(before);
  RowsDeleted none{.version = state.version(), .rows = 0};
  if (!repeatable.key) return none;
  if (auto done = commit_deleted(parts, {}, state, none, actor, repeatable)) return *done;
  throw_too_busy();
}

}  // namespace boathouse::core
