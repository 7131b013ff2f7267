// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/result_parquet.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/names.h"

namespace boathouse::engine {
namespace {

constexpr const char* kFunction = "boathouse_result";

// A Parquet file cannot have two columns of one name.
std::vector<std::string> names_of(const std::vector<ResultColumn>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const ResultColumn& column : columns) names.push_back(column.name);
  return base::unique_names(names);
}

// DuckDB would write integers past 64 bits as DOUBLE and lose digits; 38 of them fit a DECIMAL, more are an error.
std::string selected(const std::string& name, const ColumnType& type) {
  const std::string quoted = base::quote_identifier(name);
  const bool wide = type.id == DUCKDB_TYPE_HUGEINT || type.id == DUCKDB_TYPE_UHUGEINT;
  return wide ? "CAST(" + quoted + " AS DECIMAL(38,0)) AS " + quoted : quoted;
}

std::string footer_entries(const ParquetMetadata& metadata) {
  if (metadata.empty()) return {};
  std::string list;
  for (const auto& [key, value] : metadata) {
    list += (list.empty() ? "" : ", ") + base::quote_identifier(key) + ": " + base::quote_string(value);
  }
  return ", KV_METADATA {" + list + "}";
}

}  // namespace

ParquetResult::ParquetResult(const Connection& connection) {
  TableFunction function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.get(), kFunction);
  duckdb_table_function_set_extra_info(function.get(), this, nullptr);
  duckdb_table_function_set_bind(function.get(), &ParquetResult::bind);
  duckdb_table_function_set_init(function.get(), &ParquetResult::init);
  duckdb_table_function_set_function(function.get(), &ParquetResult::produce);
  if (duckdb_register_table_function(connection.get(), function.get()) != DuckDBSuccess) {
    throw DuckError{"FATAL", "the engine refuses the result's table function", std::nullopt};
  }
}

ParquetResult::Written ParquetResult::write(const Connection& connection, Result& result,
                                            const std::vector<ResultColumn>& columns, const ParquetOptions& options,
                                            const std::filesystem::path& file) {
  names_ = names_of(columns);
  options_ = &options;
  written_ = {};
  failed_.reset();
  std::string list;
  for (std::size_t i = 0; i < columns.size(); ++i) list += (i ? ", " : "") + selected(names_[i], columns[i].type);
  result_ = &result;
  try {
    run(connection, "COPY (SELECT " + list + " FROM " + kFunction + "()) TO " + base::quote_string(file.string()) +
                        " (FORMAT parquet" + footer_entries(options.metadata) + ")");
  } catch (const DuckError&) {
    result_ = nullptr;
    // What the statement said is better than what became of it on the way through the COPY.
    if (failed_) throw *failed_;
    throw;
  }
  result_ = nullptr;
  return written_;
}

void ParquetResult::bind(duckdb_bind_info info) {
  auto* self = static_cast<ParquetResult*>(duckdb_bind_get_extra_info(info));
  if (!self->result_) {
    duckdb_bind_set_error(info, "this function is the engine's own");
    return;
  }
  for (idx_t i = 0; i < self->names_.size(); ++i) {
    duckdb_bind_add_result_column(info, self->names_[i].c_str(), self->result_->column_type(i).get());
  }
}

void ParquetResult::init(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void ParquetResult::produce(duckdb_function_info info, duckdb_data_chunk output) {
  auto* self = static_cast<ParquetResult*>(duckdb_function_get_extra_info(info));
  try {
    duckdb_data_chunk_set_size(output, self->fill(output));
  } catch (const DuckError& error) {
    self->failed_ = error;
    duckdb_function_set_error(info, "the statement failed");
  }
}

idx_t ParquetResult::fill(duckdb_data_chunk output) {
  const std::uint64_t left = options_->row_limit ? *options_->row_limit - written_.rows : UINT64_MAX;
  if (written_.truncated) return 0;
  // Past the limit one more row is looked for, to know whether there is one.
  Chunk chunk;
  idx_t size = 0;
  while (size == 0) {
    chunk = result_->fetch();
    if (!chunk) return 0;
    size = duckdb_data_chunk_get_size(chunk.get());
  }
  written_.truncated = size > left;
  size = std::min<idx_t>(size, left);
  if (options_->each) options_->each(chunk.get(), size);
  for (idx_t i = 0; size > 0 && i < names_.size(); ++i) {
    duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i),
                                   duckdb_data_chunk_get_vector(chunk.get(), i));
  }
  written_.rows += size;
  return size;
}

}  // namespace boathouse::engine
