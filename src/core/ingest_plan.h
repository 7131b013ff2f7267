// SPDX-License-Identifier: Apache-2.0
// Pieces of plan_batch() (ingest_stages.h), one for each family of formats. Only the ingest_*.cc files include this.
#pragma once

#include "batch/inference.h"
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
// The columns that a body has, as far as it alone says that. May read it through a worker; the caller holds no lease.
std::vector<std::string> columns_of(const Parts& parts, const StagedBody& body);

// Error{invalid_argument} for a column that the table may not get.
void check_new_column(const KnownColumns& known, const std::string& name);

// What is known of a staged text before its columns are: format, range and limits.
batch::StagedSpec base_spec(const Parts& parts, const StagedBody& body);
// The names of a CSV record's fields: the header's, else the table's columns, else made up.
std::vector<std::string> csv_fields(const StagedBody& body, const std::vector<ContractColumn>& known);
// Reads the body through a worker. The caller holds no lease.
std::vector<batch::ColumnEvidence> read_evidence(const Parts& parts, const StagedBody& body,
                                                 const batch::StagedSpec& spec);
// Fills staged, staged_raw, staged_sizes and rows_received for a text whose columns are decided.
void add_staged(const Parts& parts, const StagedBody& body, const batch::StagedSpec& spec, BatchPlan& plan);

// A column of a Parquet body; `type` is the engine's, and so is `name`, which may be another than the one in the file.
struct ParquetColumn {
  std::string name;
  std::string type;
  std::string label;  // as the file calls it
};
// How the engine spells what it also takes as TIMESTAMPTZ.
inline constexpr std::string_view kZonedTime = "TIMESTAMP WITH TIME ZONE";
// The type of a column that says of itself that it holds nothing; the engine would call it an INTEGER.
inline constexpr std::string_view kNothing = "NULL";
// Error{invalid_argument} for what is no whole Parquet file, and for columns that the engine would read as something else.
std::vector<ParquetColumn> parquet_columns(const StagedBody& body, engine::Lease& lease, batch::ParquetFacts& facts,
                                           std::int64_t& rows);
// For a catch of what reads the body: throws what the engine said of a Parquet body as what is wrong with that body, without
// where it lies, and anything else again.
[[noreturn]] void rethrow_of_body(const StagedBody& body, const base::Error& error);
// Whether values of the type have others in them: a table holds their JSON.
bool is_nested(std::string_view engine_type);
// The column's type in a table that makes up its own.
batch::ColumnType parquet_type(const ParquetColumn& column);
// The body's rows as the relation that checks apply to: each column out of the one that it comes from, NULL where that
// is none.
struct ParquetTaken {
  const ParquetColumn* source = nullptr;
  ContractColumn column;
};
// Whether no value has to be asked if it fits, so that the body might be the table's file.
bool is_taken_as_it_is(const std::vector<ParquetTaken>& columns);
std::string parquet_rows(const std::filesystem::path& file, const std::vector<ParquetTaken>& columns, bool raw);

// Fills rules.columns, staged, staged_raw and rows_received for a Parquet body.
void plan_parquet(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan);

}  // namespace boathouse::core
