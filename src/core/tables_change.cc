// SPDX-License-Identifier: Apache-2.0
// What changes a table beside batches: contract, settings, deleted rows, drop.
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/commit.h"
#include "core/delete_rows.h"
#include "core/document_columns.h"
#include "core/house_keeping.h"
#include "core/reshape.h"
#include "core/table_settings.h"
#include "core/tables.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

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
  std::vector<iceberg::Field> columns = fields_of(contract);
  if (holds_documents(state.schema())) {
    for (const iceberg::Field& field : state.schema().fields()) {
      if (is_document_column(field.name) && contract.find(field.name) == nullptr) columns.push_back(field);
    }
  }
  Reshape reshape{.columns = std::move(columns),
                  .drop_others = contract.unknown_columns != UnknownColumns::add,
                  .replace_misfits = state.row.figures.rows == 0,
                  .partition = contract.partition};
  set_shape(table.change, metadata, reshape);
  return table;
}

}  // namespace

void Tables::drop(const meta::WorkspaceRow& workspace, std::string_view table) const {
  // Rows on their way into the table go with it, instead of making it again.
  parts_.settle(workspace.id, table);
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
  // Versions may have become too many, or too old.
  if (parts_.upkeep.enabled) parts_.meta.jobs().insert_job(upkeep_job(*row));
}

bool Tables::put_contract(const meta::WorkspaceRow& workspace, std::string_view table, const Contract& contract,
                          const Actor& actor) const {
  base::check_name(table);
  if (contract.columns.empty()) {
    throw Error(ErrorKind::invalid_argument, "a contract needs at least one column").with("key", "columns");
  }
  std::string text = json::serialize(to_json(contract));
  FileUses::Use use = parts_.uses.begin(workspace.id);
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  for (int attempt = 0; attempt < kMaxCommitAttempts; ++attempt) {
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

RowsDeleted Tables::delete_rows(const meta::WorkspaceRow& workspace, std::string_view table, std::string_view branch,
                                const std::optional<std::string>& where, const Actor& actor,
                                const std::optional<IdempotencyKey>& idempotency) const {
  if (where) queries_.check_expression(workspace, *where);
  parts_.settle(workspace.id, table);
  FileUses::Use use = parts_.uses.begin(workspace.id);
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  auto current = [&] {
    TableState state = require_state(parts_, workspace.id, table);
    if (!state.row.quarantine_of.empty()) throw_no_table(table);
    return on_branch(std::move(state), branch);
  };
  return delete_rows_where(parts_, current, where, actor, {.key = idempotency});
}

}  // namespace boathouse::core
