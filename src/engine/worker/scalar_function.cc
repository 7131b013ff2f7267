// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/scalar_function.h"

namespace boathouse::engine {

std::string_view text_at(duckdb_vector vector, idx_t row) {
  auto* string = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(string), duckdb_string_t_length(*string)};
}

bool valid_at(duckdb_vector vector, idx_t row) {
  return duckdb_validity_row_is_valid(duckdb_vector_get_validity(vector), row);
}

void register_scalar(duckdb_connection connection, const char* name, const std::vector<duckdb_logical_type>& arguments,
                     const LogicalType& result, duckdb_scalar_function_t body, Pure pure) {
  ScalarFunction function(duckdb_create_scalar_function());
  duckdb_scalar_function_set_name(function.get(), name);
  for (duckdb_logical_type argument : arguments) duckdb_scalar_function_add_parameter(function.get(), argument);
  duckdb_scalar_function_set_return_type(function.get(), result.get());
  // Without this a constant path would make a call a constant.
  if (pure == Pure::no) duckdb_scalar_function_set_volatile(function.get());
  duckdb_scalar_function_set_function(function.get(), body);
  if (duckdb_register_scalar_function(connection, function.get()) != DuckDBSuccess) {
    throw DuckError{"INTERNAL", std::string("cannot register ") + name, std::nullopt};
  }
}

}  // namespace boathouse::engine
