// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/double_order.h"

#include "batch/double_order.h"
#include "engine/worker/scalar_function.h"

namespace boathouse::engine {
namespace {

void double_order(duckdb_data_chunk input, duckdb_vector out) {
  duckdb_vector numbers = duckdb_data_chunk_get_vector(input, 0);
  const auto* from = static_cast<const double*>(duckdb_vector_get_data(numbers));
  auto* to = static_cast<std::int64_t*>(duckdb_vector_get_data(out));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  // What stands where there is no value gives a number that nobody sees.
  for (idx_t row = 0; row < rows; ++row) to[row] = batch::order_of(from[row]);
  std::uint64_t* validity = duckdb_vector_get_validity(numbers);
  if (validity == nullptr) return;
  duckdb_vector_ensure_validity_writable(out);
  for (idx_t row = 0; row < rows; ++row) {
    duckdb_validity_set_row_validity(duckdb_vector_get_validity(out), row, duckdb_validity_row_is_valid(validity, row));
  }
}

}  // namespace

void register_double_order(duckdb_connection connection) {
  const LogicalType number(duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE));
  const LogicalType order(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  register_scalar(connection, "double_order", {number.get()}, order, guarded<double_order>, Pure::yes);
}

}  // namespace boathouse::engine
