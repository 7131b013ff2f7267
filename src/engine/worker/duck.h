// SPDX-License-Identifier: Apache-2.0
// DuckDB's C API with owners and exceptions. Each object belongs to one thread at a time, except Connection::interrupt.
#pragma once

#include <duckdb.h>

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace boathouse::engine {

// What failed in DuckDB, as the protocol's error frame carries it.
struct DuckError {
  std::string type;
  std::string message;
  std::optional<std::int64_t> position;
  bool counts_characters = false;  // the position of a syntax error does; all others count bytes
};

// Reads DuckDB's error text, JSON because the worker sets errors_as_json.
DuckError duck_error(const char* text);
// Reads an error whose fields are JSON: which of them hold type and message depends on where it comes from.
DuckError duck_error(const boost::json::object& fields, std::string_view type_key, std::string_view message_key);
// The error with its position in bytes of the statement.
DuckError in_bytes(DuckError error, std::string_view sql);

template <class T, void (*destroy)(T*)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(T value) : value_(value) {}
  Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, T{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (value_) destroy(&value_);
  }
  T get() const { return value_; }
  T* out() { return &value_; }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  T value_{};
};

using Config = Owned<duckdb_config, duckdb_destroy_config>;
using Database = Owned<duckdb_database, duckdb_close>;
using Connection = Owned<duckdb_connection, duckdb_disconnect>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Extracted = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using Pending = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using Value = Owned<duckdb_value, duckdb_destroy_value>;
using TableFunction = Owned<duckdb_table_function, duckdb_destroy_table_function>;

// Text that DuckDB allocated.
std::string take_text(char* text);

class Result {
 public:
  Result() = default;
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() { duckdb_destroy_result(&result_); }

  duckdb_result* get() { return &result_; }
  idx_t column_count() { return duckdb_column_count(&result_); }
  std::string column_name(idx_t column) { return duckdb_column_name(&result_, column); }
  LogicalType column_type(idx_t column) { return LogicalType(duckdb_column_logical_type(&result_, column)); }
  // The next rows, or an empty owner at the end. Throws DuckError.
  Chunk fetch();

 private:
  duckdb_result result_{};
};

// All of these throw DuckError.
Connection connect(const Database& database);
void run(const Connection& connection, const std::string& sql, Result& result);
void run(const Connection& connection, const std::string& sql);
// Starts a statement whose rows are made while they are fetched.
void run_streaming(const Prepared& statement, Result& result);

}  // namespace boathouse::engine
