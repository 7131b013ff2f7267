// SPDX-License-Identifier: Apache-2.0
// The exact summary of a CSV file (batch/summary/dataset_summary.h) as a function for the statements of ingest:
//
//   csv_summary(path, scratch, threads VARCHAR) VARCHAR    {"summary": <its JSON text>}
//
// A NULL gives NULL. How what fails comes back is told in json_answer.h.
#pragma once

#include <duckdb.h>

namespace boathouse::engine {

// Makes it known to the connection's database. Throws DuckError.
void register_csv_summary(duckdb_connection connection);

}  // namespace boathouse::engine
