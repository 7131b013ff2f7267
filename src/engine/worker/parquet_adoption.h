// SPDX-License-Identifier: Apache-2.0
// Parquet bodies as data files (batch/parquet_file.h), for the statements of ingest:
//
//   clear_parquet_claims(path) VARCHAR       the facts of the footer, as JSON
//     {"rows", "flat", "columns": [{"name", "type", "common"}], "groups": [{"rows", "begin", "end", "column_bytes"}]}
//   adopt_parquet(path, adoption) VARCHAR    the sizes of the files, as JSON: {"sizes": [..]}
//     {"ids": [..], "stats": [[{"nulls", "lower"?, "upper"?, "lower_exact", "upper_exact"}]], "parts": [{"path", "first",
//     "last"}]}; bounds are hex
//   place_among(starts BIGINT[], n BIGINT) INTEGER    how many of the ascending starts are at most n
//
// A NULL gives NULL. How what fails comes back is told in json_answer.h.
#pragma once

#include <duckdb.h>

namespace boathouse::engine {

// Makes them known to the connection's database. Throws DuckError.
void register_parquet_adoption(duckdb_connection connection);

}  // namespace boathouse::engine
