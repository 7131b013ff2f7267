// SPDX-License-Identifier: Apache-2.0
// Pieces of plan_batch() (ingest_stages.h), one for each family of formats. Only the ingest_*.cc files include this.
#pragma once

#include "core/ingest_stages.h"

namespace boathouse::core {

// The columns that rows of a table may have before a batch adds its own.
struct KnownColumns {
  std::vector<ContractColumn> columns;
  bool has_contract = false;
  UnknownColumns unknown = UnknownColumns::add;

  // By exact name, else without regard to case.
  const ContractColumn* find(std::string_view name) const;
  // A column whose type the table made up and that a batch could widen.
  bool may_widen() const;
};
KnownColumns known_columns(const std::optional<TableState>& base);

// Error{invalid_argument} for a column that the table may not get.
void check_new_column(const KnownColumns& known, const std::string& name);

// Fills rules.columns, staged, staged_raw and rows_received for a Parquet body.
void plan_parquet(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan);

}  // namespace boathouse::core
