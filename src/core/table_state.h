// SPDX-License-Identifier: Apache-2.0
// A table as it stands at one moment, looked at on one of its branches: its row in the metadata store, the Iceberg metadata
// that the row points to, its contract and its settings. A value; what changes later is another value. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "core/contract.h"
#include "core/parts.h"
#include "iceberg/branch_schema.h"

namespace boathouse::core {

struct TableState {
  meta::TableRow row;
  iceberg::MetadataPtr metadata;
  std::optional<Contract> contract;
  std::string branch{iceberg::kMainBranch};

  // Of the branch: the newest version, nullptr before the first, and the columns that it is read and written with.
  iceberg::SnapshotPtr head() const { return metadata->ref_snapshot(branch); }
  const iceberg::Schema& schema() const { return iceberg::branch_schema(*metadata, branch); }
  base::SnapshotId version() const;  // the head's, 0 before the first
  std::int64_t rows() const;         // of the head
};

// nullopt when there is no such table. Reads the metadata file unless it is cached.
std::optional<TableState> find_state(const Parts& parts, const base::WorkspaceId& workspace, std::string_view table);
TableState state_of(const Parts& parts, meta::TableRow row);
std::optional<Contract> contract_of(const meta::TableRow& row);
// Those that rows of the table have: the contract's, else the branch's; none where there is no table.
std::vector<std::string> column_names(const std::optional<TableState>& state);

// The same table on another branch. Error{not_found} when it has no such branch; `main` is always there.
TableState on_branch(TableState state, std::string_view branch);
bool has_branch(const iceberg::TableMetadata& metadata, std::string_view branch);

// Error{not_found} that names the table.
TableState require_state(const Parts& parts, const base::WorkspaceId& workspace, std::string_view table);
[[noreturn]] void throw_no_table(std::string_view table);

// The figures of a version for the catalog's row.
meta::TableFigures figures_of(const iceberg::TableMetadata& metadata);

// A new table's row with its folder under the warehouse: `<workspace id>/<slug>-<uuid>`.
meta::TableRow new_table_row(const Parts& parts, const base::WorkspaceId& workspace, std::string name);

}  // namespace boathouse::core
