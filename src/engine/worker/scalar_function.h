// SPDX-License-Identifier: Apache-2.0
// What the worker's own scalar functions share: their arguments as the engine holds them, and how they are made known.
#pragma once

#include <duckdb.h>

#include <exception>
#include <string_view>
#include <vector>

#include "engine/worker/duck.h"

namespace boathouse::engine {

using ScalarFunction = Owned<duckdb_scalar_function, duckdb_destroy_scalar_function>;

// A value of a flat vector of text or bytes, which lives as long as the vector.
std::string_view text_at(duckdb_vector vector, idx_t row);
bool valid_at(duckdb_vector vector, idx_t row);

// Calls `fill` and turns what it throws into an error of the statement.
template <void (*fill)(duckdb_data_chunk, duckdb_vector)>
void guarded(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  try {
    fill(input, out);
  } catch (const std::exception& failure) {
    duckdb_scalar_function_set_error(info, failure.what());
  }
}

// Whether equal arguments always give the same: what looks at files does not.
enum class Pure { no, yes };
// Throws DuckError.
void register_scalar(duckdb_connection connection, const char* name, const std::vector<duckdb_logical_type>& arguments,
                     const LogicalType& result, duckdb_scalar_function_t body, Pure pure);

}  // namespace boathouse::engine
