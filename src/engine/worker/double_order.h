// SPDX-License-Identifier: Apache-2.0
// DOUBLEs by batch/double_order.h as a function for statements:
//
//   double_order(number DOUBLE) BIGINT    NULL gives NULL; NaN has no place
#pragma once

#include <duckdb.h>

namespace boathouse::engine {

// Makes it known to the connection's database. Throws DuckError.
void register_double_order(duckdb_connection connection);

}  // namespace boathouse::engine
