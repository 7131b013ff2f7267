// SPDX-License-Identifier: Apache-2.0
// DuckDB's types and vectors, unfolded once so that values can be written in a tight loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/worker/duck.h"

namespace boathouse::engine {

struct ColumnType {
  duckdb_type id = DUCKDB_TYPE_INVALID;
  duckdb_type storage = DUCKDB_TYPE_INVALID;  // the integer beneath a DECIMAL or an ENUM
  std::string sql;                            // DuckDB's name of it
  int width = 0;                              // DECIMAL: its digits, and how many of them stand after the point
  int scale = 0;
  idx_t array_size = 0;
  std::vector<std::string> words;    // an ENUM's values, a STRUCT's or UNION's fields
  std::vector<ColumnType> children;  // LIST, ARRAY: one; MAP: its entries, a STRUCT of key and value
};

// Throws DuckError for a type that has no written form here.
ColumnType describe(duckdb_logical_type type);

struct ResultColumn {
  std::string name;
  ColumnType type;
};
std::vector<ResultColumn> describe(Result& result);

// A vector of one chunk. Valid as long as the chunk and the type live.
struct VectorView {
  const ColumnType* type = nullptr;
  const void* data = nullptr;
  std::uint64_t* validity = nullptr;
  std::vector<VectorView> children;

  bool is_null(idx_t row) const { return validity && !duckdb_validity_row_is_valid(validity, row); }
  template <class T>
  const T& at(idx_t row) const {
    return static_cast<const T*>(data)[row];
  }
  std::string_view text(idx_t row) const {
    const auto& value = at<duckdb_string_t>(row);
    return {duckdb_string_t_data(const_cast<duckdb_string_t*>(&value)), duckdb_string_t_length(value)};
  }
};
VectorView view(const ColumnType& type, duckdb_vector vector);
std::vector<VectorView> view(const std::vector<ResultColumn>& columns, duckdb_data_chunk chunk);

}  // namespace boathouse::engine
