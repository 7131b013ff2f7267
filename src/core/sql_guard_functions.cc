// SPDX-License-Identifier: Apache-2.0
#include "core/sql_guard_functions.h"

#include <algorithm>
#include <iterator>

namespace boathouse::core {
namespace {

constexpr std::string_view kAllowedTableFunctions[] = {
    "generate_series", "json_each", "json_tree", "pg_timezone_names", "range", "repeat", "repeat_row", "unnest",
};

constexpr std::string_view kDeniedFunctions[] = {
    // environment, settings, variables, what else runs here
    "current_connection_id",
    "current_query",
    "current_query_id",
    "current_setting",
    "current_transaction_id",
    "getenv",
    "getvariable",
    "get_block_size",
    "in_search_path",
    "set_config",
    "txid_current",
    // the house's own, for its own statements
    "double_order",
    // SQL as data
    "json_deserialize_sql",
    "json_execute_serialized_sql",
    "json_serialize_plan",
    "json_serialize_sql",
    "query",
    "query_table",
    "sql_auto_complete",
    // the catalog and its sequences
    "col_description",
    "currval",
    "lastval",
    "nextval",
    "obj_description",
    "setval",
    "shobj_description",
    // state that outlives the statement, or waiting for nothing
    "setseed",
    "sleep_ms",
    "write_log",
    // rebuilds values from raw bytes without checking them
    "variant_bytes_to_variant",
};

// age() counts from today unless it is told from when.
constexpr std::string_view kVaryingFunctions[] = {
    "age",
    "current_date",
    "current_localtime",
    "current_localtimestamp",
    "current_time",
    "current_timestamp",
    "gen_random_uuid",
    "get_current_time",
    "get_current_timestamp",
    "localtime",
    "localtimestamp",
    "now",
    "random",
    "today",
    "transaction_timestamp",
    "uuid",
    "uuidv4",
    "uuidv7",
};

constexpr std::string_view kDeniedPrefixes[] = {"__internal_", "duckdb_", "inet_", "parquet_",
                                                "pg_",         "pragma_", "read_"};
constexpr std::string_view kAllowedDespitePrefix[] = {"pg_size_pretty", "pg_typeof"};

constexpr std::string_view kBuiltinRelations[] = {
    "duckdb_columns", "duckdb_constraints", "duckdb_databases",   "duckdb_indexes",     "duckdb_logs",
    "duckdb_schemas", "duckdb_tables",      "duckdb_types",       "duckdb_views",       "pragma_database_list",
    "sqlite_master",  "sqlite_schema",      "sqlite_temp_master", "sqlite_temp_schema",
};
constexpr std::string_view kBuiltinSchemas[] = {"information_schema", "pg_catalog", "system", "temp"};

template <std::size_t N>
bool holds(const std::string_view (&list)[N], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

}  // namespace

bool is_allowed_table_function(std::string_view name) { return holds(kAllowedTableFunctions, name); }

bool is_denied_function(std::string_view name) {
  if (holds(kDeniedFunctions, name)) return true;
  if (name.starts_with("has_") && name.ends_with("_privilege")) return true;
  bool prefixed = std::any_of(std::begin(kDeniedPrefixes), std::end(kDeniedPrefixes),
                              [&](std::string_view prefix) { return name.starts_with(prefix); });
  return prefixed && !holds(kAllowedDespitePrefix, name);
}

bool is_varying_function(std::string_view name) { return holds(kVaryingFunctions, name); }

bool is_builtin_relation(std::string_view name) { return holds(kBuiltinRelations, name); }

bool is_builtin_schema(std::string_view name) { return holds(kBuiltinSchemas, name); }

}  // namespace boathouse::core
