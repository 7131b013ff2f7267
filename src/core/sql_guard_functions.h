// SPDX-License-Identifier: Apache-2.0
// Which functions and built-in relations a user's SQL may name. The lists are for the DuckDB version that the build
// pins; look at duckdb_functions() again when it moves. Pure, any thread.
#pragma once

#include <string_view>

namespace boathouse::core {

// In FROM: an allow list, since nearly all of the others read files, settings or the catalog. `name` in lower case.
bool is_allowed_table_function(std::string_view name);

// Scalar and aggregate functions and macros: allowed unless they touch environment, settings, catalog, sequences, logs
// or the session, run SQL given as text, or only wait. `name` in lower case.
bool is_denied_function(std::string_view name);

// Whether two calls may differ, as those of now() and random() do; also what is written without parentheses. `name` in
// lower case.
bool is_varying_function(std::string_view name);

// DuckDB's own views and schemas, which would show the worker instead of the user's tables. In lower case.
bool is_builtin_relation(std::string_view name);
bool is_builtin_schema(std::string_view name);

}  // namespace boathouse::core
