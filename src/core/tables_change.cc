// SPDX-License-Identifier: Apache-2.0
// What changes a table beside batches: contract, settings, deleted rows, drop.
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/commit.h"
#include "core/file_consumer.h"
#include "core/relation.h"
#include "core/reshape.h"
#include "core/row_deletes.h"
#include "core/table_settings.h"
#include "core/tables.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr int kMaxAttempts = 20;

[[noreturn]] void throw_too_busy() {
  throw Error(ErrorKind::conflict, "the table changes too fast for this change to get in: try again");
}

std::vector<iceberg::Field> fields_of(const Contract& contract) {
  std::vector<iceberg::Field> fields;
  for (const ContractColumn& column : contract.columns) {
    fields.push_back(
        {.id = 0, .name = column.name, .type = to_iceberg(column.type), .required = false, .doc = column.description});
  }
  return fields;
}

TableChange new_table(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view name,
                      const Contract& contract) {
  iceberg::Schema schema(0, iceberg::assign_fresh_ids(fields_of(contract)));
  TableChange table;
  table.row = new_table_row(parts, workspace.id, std::string(name));
  table.fresh = std::make_shared<const iceberg::TableMetadata>(
      iceberg::create_table(table.row.location, schema, iceberg::parse_partition_spec(contract.partition, schema), {},
                            table.row.id.value, base::now_micros() / base::kMillisecond));
  return table;
}

TableChange evolved_table(const TableState& state, const Contract& contract) {
  TableChange table;
  table.base = state;
  table.row = state.row;
  const iceberg::TableMetadata& metadata = *state.metadata;
  Reshape reshape{.columns = fields_of(contract),
                  .drop_others = contract.unknown_columns != UnknownColumns::add,
                  .replace_misfits = state.row.figures.rows == 0,
                  .partition = contract.partition};
  set_shape(table.change, metadata, reshape);
  return table;
}

// The positions of the rows for which `where` is true, found by a query worker, since the expression is a user's.
void find_positions(const Parts& parts, const TableState& state, const iceberg::Scan& scan, const std::string& where,
                    const std::filesystem::path& file) {
  engine::QueryCommand command;
  const iceberg::Schema& schema = state.metadata->schema();
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

iceberg::SnapshotChange snapshot_by(const Actor& actor) {
  iceberg::SnapshotChange snapshot;
  snapshot.id = base::new_snapshot_id();
  snapshot.summary = {{std::string(kSummaryRequest), actor.request.value}, {std::string(kSummaryBy), actor.principal}};
  return snapshot;
}

}  // namespace

void Tables::drop(const meta::WorkspaceRow& workspace, std::string_view table) const {
  auto row = parts_.meta.catalog().find_table(workspace.id, table);
  if (!row || !parts_.meta.catalog().drop_table(row->id, std::nullopt)) throw_no_table(table);
}

void Tables::change_settings(const meta::WorkspaceRow& workspace, std::string_view table,
                             const TableSettings& settings) const {
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  auto row = parts_.meta.catalog().find_table(workspace.id, table);
  if (!row) throw_no_table(table);
  TableSettings merged = parse_settings(row->settings);
  if (settings.keep_versions) merged.keep_versions = settings.keep_versions;
  if (settings.keep_for) merged.keep_for = settings.keep_for;
  if (settings.description) merged.description = settings.description;
  if (!parts_.meta.catalog().update_settings(row->id, to_json_text(merged), base::now_micros())) throw_no_table(table);
}

bool Tables::put_contract(const meta::WorkspaceRow& workspace, std::string_view table, const Contract& contract,
                          const Actor& actor) const {
  base::check_name(table);
  if (contract.columns.empty()) {
    throw Error(ErrorKind::invalid_argument, "a contract needs at least one column").with("key", "columns");
  }
  std::string text = json::serialize(to_json(contract));
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    auto state = find_state(parts_, workspace.id, table);
    if (state && state->row.contract == text) return false;
    if (!state) {
      auth::check_tables(auth::parse_limits(workspace.limits), parts_.meta.catalog().usage(workspace.id), 1);
    }
    TableChange change = state ? evolved_table(*state, contract) : new_table(parts_, workspace, table, contract);
    change.change.at = base::now_micros();
    change.contract = text;
    if (!state) {
      change.row.contract = text;
      // Readers expect a version, if an empty one.
      change.change.snapshots.push_back(snapshot_by(actor));
    }
    CommitRequest request;
    request.tables.push_back(std::move(change));
    if (commit_tables(parts_, request) != CommitOutcome::conflict) return true;
  }
  throw_too_busy();
}

void Tables::remove_contract(const meta::WorkspaceRow& workspace, std::string_view table) const {
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  Contract known = contract(workspace, table);
  auto row = parts_.meta.catalog().find_table(workspace.id, table);
  if (!row || !parts_.meta.catalog().update_contract(row->id, "", base::now_micros())) throw_no_table(table);
}

RowsDeleted Tables::delete_rows(const meta::WorkspaceRow& workspace, std::string_view table,
                                const std::optional<std::string>& where, const Actor& actor) const {
  if (where) queries_.check_expression(workspace, *where);
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  base::TemporaryFolder folder(parts_.layout.staging_of(workspace.id));
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    TableState state = require_state(parts_, workspace.id, table);
    if (!state.row.quarantine_of.empty()) throw_no_table(table);
    RowsDeleted deleted{.version = state.row.figures.version, .rows = 0};
    iceberg::SnapshotChange snapshot = snapshot_by(actor);
    CommitRequest request;
    if (!where) {
      deleted.rows = state.row.figures.rows;
      snapshot.replace_all = true;
      snapshot.operation = iceberg::Operation::delete_;
    } else {
      auto scan = iceberg::plan_scan(parts_.cache, state.metadata, state.metadata->current_snapshot());
      if (scan.files.empty()) return deleted;
      auto positions = folder.path() / fmt::format("positions-{}.parquet", attempt);
      find_positions(parts_, state, scan, *where, positions);
      engine::Lease lease = parts_.engine.acquire(parts_.layout.ingest_confinement(workspace.id), workspace.id,
                                                  base::steady_micros() + parts_.limits.ingest_timeout);
      RowDeletes deletes = write_row_deletes(
          parts_, lease, state, scan, fmt::format("SELECT _file, _pos FROM read_parquet({})", file_list({positions})),
          folder.path());
      deleted.rows = deletes.rows;
      for (const iceberg::DataFile& file : deletes.files) request.files.push_back(file.path);
      snapshot.added_deletes = std::move(deletes.files);
      snapshot.required_files = std::move(deletes.touched);
      snapshot.removed_files = std::move(deletes.emptied);
    }
    if (deleted.rows == 0) return deleted;
    deleted.version = snapshot.id;
    TableChange change;
    change.base = state;
    change.row = state.row;
    change.change.at = base::now_micros();
    change.change.snapshots.push_back(std::move(snapshot));
    request.tables.push_back(std::move(change));
    request.batches.push_back({.id = base::BatchId(base::uuid_v7()),
                               .table = state.row.id,
                               .workspace = workspace.id,
                               .request = actor.request,
                               .principal = actor.principal,
                               .door = actor.door,
                               .file_name = {},
                               .mode = "delete",
                               .rows_received = 0,
                               .rows_accepted = 0,
                               .rows_rejected = 0,
                               .version = deleted.version,
                               .at = base::now_micros()});
    try {
      if (commit_tables(parts_, request) != CommitOutcome::conflict) return deleted;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unknown_outcome) store::remove_all_quietly(parts_.store(), request.files);
      throw;
    }
    store::remove_all_quietly(parts_.store(), request.files);
  }
  throw_too_busy();
}

}  // namespace boathouse::core
