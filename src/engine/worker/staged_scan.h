// SPDX-License-Identifier: Apache-2.0
// The table functions `staged_rows` and `staged_columns` over staged files; batch/staged_spec.h says what they take and
// yield. They open the path they are given, so they belong to ingest workers only, whose statements are ours and whose
// sandbox knows their folders.
#pragma once

#include <duckdb.h>

namespace boathouse::engine {

// Makes them known to the connection's database. Throws DuckError.
void register_staged_scan(duckdb_connection connection);

}  // namespace boathouse::engine
