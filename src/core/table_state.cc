// SPDX-License-Identifier: Apache-2.0
#include "core/table_state.h"

#include <boost/json/parse.hpp>

#include "base/error.h"
#include "base/names.h"
#include "store/location.h"

namespace boathouse::core {

std::optional<TableState> find_state(const Parts& parts, const base::WorkspaceId& workspace, std::string_view table) {
  // Whoever looks without a use of the files (file_uses.h) may find the metadata file gone when the table moved on.
  constexpr int kMaxLooks = 5;
  for (int look = 1;; ++look) {
    auto row = parts.meta.catalog().find_table(workspace, table);
    if (!row) return std::nullopt;
    try {
      return state_of(parts, std::move(*row));
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found || look == kMaxLooks) throw;
    }
  }
}

TableState state_of(const Parts& parts, meta::TableRow row) {
  TableState state{.row = std::move(row), .metadata = nullptr, .contract = std::nullopt};
  state.metadata = parts.cache.metadata(state.row.metadata_location);
  state.contract = contract_of(state.row);
  return state;
}

std::vector<std::string> column_names(const std::optional<TableState>& state) {
  std::vector<std::string> names;
  if (state && state->contract) {
    for (const ContractColumn& column : state->contract->columns) names.push_back(column.name);
  } else if (state) {
    for (const iceberg::Field& field : state->schema().fields()) names.push_back(field.name);
  }
  return names;
}

std::optional<Contract> contract_of(const meta::TableRow& row) {
  if (row.contract.empty()) return std::nullopt;
  return parse_contract_json(boost::json::parse(row.contract));
}

base::SnapshotId TableState::version() const {
  iceberg::SnapshotPtr newest = head();
  return newest == nullptr ? 0 : newest->id();
}

std::int64_t TableState::rows() const {
  iceberg::SnapshotPtr newest = head();
  return newest == nullptr ? 0 : iceberg::totals(*newest).rows();
}

bool has_branch(const iceberg::TableMetadata& metadata, std::string_view branch) {
  if (branch == iceberg::kMainBranch) return true;
  auto found = metadata.refs.find(std::string(branch));
  return found != metadata.refs.end() && found->second.kind == iceberg::SnapshotRef::Kind::branch;
}

TableState on_branch(TableState state, std::string_view branch) {
  if (!has_branch(*state.metadata, branch)) {
    throw base::Error(base::ErrorKind::not_found, fmt::format("the table has no branch \"{}\"", branch));
  }
  state.branch = branch;
  return state;
}

TableState require_state(const Parts& parts, const base::WorkspaceId& workspace, std::string_view table) {
  auto state = find_state(parts, workspace, table);
  if (!state) throw_no_table(table);
  return std::move(*state);
}

void throw_no_table(std::string_view table) {
  throw base::Error(base::ErrorKind::not_found, fmt::format("there is no table \"{}\" in this workspace", table));
}

meta::TableFigures figures_of(const iceberg::TableMetadata& metadata) {
  auto snapshot = metadata.current_snapshot();
  if (!snapshot) return {};
  iceberg::SnapshotTotals totals = iceberg::totals(*snapshot);
  return {.version = snapshot->id(),
          .rows = totals.rows(),
          .bytes = totals.bytes,
          .files = totals.data_files + totals.delete_files};
}

meta::TableRow new_table_row(const Parts& parts, const base::WorkspaceId& workspace, std::string name) {
  meta::TableRow row;
  row.id = base::TableId(base::uuid_v4());
  row.workspace = workspace;
  row.location = store::join(store::join(parts.store().root(), workspace.value), base::slug(name) + "-" + row.id.value);
  row.name = std::move(name);
  return row;
}

}  // namespace boathouse::core
