// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/duck.h"

#include <charconv>

#include "base/encoding.h"

namespace boathouse::engine {
namespace {

std::string text_of(const boost::json::object& fields, std::string_view key) {
  const auto* value = fields.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

DuckError duck_error(const char* text) {
  DuckError error{"Unknown", text ? text : "DuckDB gave no reason", std::nullopt};
  // Some paths put the exception's name before the JSON.
  const std::size_t brace = error.message.find('{');
  if (brace == std::string::npos) return error;
  boost::system::error_code failed;
  const boost::json::value parsed = boost::json::parse(error.message.substr(brace), failed);
  if (failed || !parsed.is_object()) return error;
  const boost::json::object& fields = parsed.get_object();
  return fields.contains("exception_message") ? duck_error(fields, "exception_type", "exception_message") : error;
}

DuckError duck_error(const boost::json::object& fields, std::string_view type_key, std::string_view message_key) {
  DuckError error{text_of(fields, type_key), text_of(fields, message_key), std::nullopt};
  error.counts_characters = text_of(fields, "error_subtype") == "SYNTAX_ERROR";
  const std::string position = text_of(fields, "position");
  std::int64_t value = 0;
  if (std::from_chars(position.data(), position.data() + position.size(), value).ec == std::errc()) {
    error.position = value;
  }
  return error;
}

DuckError in_bytes(DuckError error, std::string_view sql) {
  if (error.position && error.counts_characters) {
    const auto characters = static_cast<std::size_t>(*error.position);
    error.position = static_cast<std::int64_t>(base::prefix_code_points(sql, characters).size());
    error.counts_characters = false;
  }
  return error;
}

std::string take_text(char* text) {
  std::string copy = text ? text : "";
  duckdb_free(text);
  return copy;
}

Chunk Result::fetch() {
  Chunk chunk(duckdb_fetch_chunk(result_));
  if (!chunk) {
    if (const char* failed = duckdb_result_error(&result_)) throw duck_error(failed);
  }
  return chunk;
}

Connection connect(const Database& database) {
  Connection connection;
  if (duckdb_connect(database.get(), connection.out()) != DuckDBSuccess) {
    throw DuckError{"FATAL", "the engine refuses a connection", std::nullopt};
  }
  return connection;
}

void run(const Connection& connection, const std::string& sql, Result& result) {
  if (duckdb_query(connection.get(), sql.c_str(), result.get()) != DuckDBSuccess) {
    throw duck_error(duckdb_result_error(result.get()));
  }
}

void run(const Connection& connection, const std::string& sql) {
  Result result;
  run(connection, sql, result);
}

void run_streaming(const Prepared& statement, Result& result) {
  Pending pending;
  if (duckdb_pending_prepared_streaming(statement.get(), pending.out()) != DuckDBSuccess) {
    throw duck_error(duckdb_pending_error(pending.get()));
  }
  if (duckdb_execute_pending(pending.get(), result.get()) != DuckDBSuccess) {
    throw duck_error(duckdb_result_error(result.get()));
  }
}

}  // namespace boathouse::engine
