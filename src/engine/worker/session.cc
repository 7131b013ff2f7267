// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/session.h"

#include "base/error.h"
#include "base/names.h"
#include "engine/worker/csv_summary.h"
#include "engine/worker/double_order.h"
#include "engine/worker/execute.h"
#include "engine/worker/functions.h"
#include "engine/worker/key_index.h"
#include "engine/worker/parquet_adoption.h"
#include "engine/worker/query.h"
#include "engine/worker/result_json.h"
#include "engine/worker/staged_scan.h"

namespace boathouse::engine {
namespace {

namespace json = boost::json;

Database open_database(const SessionOptions& options) {
  const std::pair<const char*, std::string> settings[] = {
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
      {"memory_limit", std::to_string(options.memory_limit_bytes) + "B"},
      // Its threads are to be born confined.
      {"threads", "1"},
      {"temp_directory", options.spill.string()},
      {"max_temp_directory_size", std::to_string(options.max_temp_bytes) + "B"},
  };
  Config config;
  duckdb_create_config(config.out());
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config.get(), name, value.c_str()) != DuckDBSuccess) {
      throw DuckError{"Settings", std::string("the engine does not take the setting ") + name, std::nullopt};
    }
  }
  Database database;
  char* failed = nullptr;
  if (duckdb_open_ext(":memory:", database.out(), config.get(), &failed) != DuckDBSuccess) {
    throw duck_error(take_text(failed).c_str());
  }
  return database;
}

// The last of these makes the others final.
std::vector<std::string> final_settings(const SessionOptions& options) {
  std::string folders;
  for (const auto& folder : options.folders) {
    folders += (folders.empty() ? "" : ", ") + base::quote_string(folder.string());
  }
  return {
      "SET GLOBAL threads = " + std::to_string(options.threads),
      // Gives memory that a statement no longer uses back to the machine within two seconds, not when the next one comes.
      "SET GLOBAL allocator_background_threads = true",
      "SET GLOBAL TimeZone = 'UTC'",
      "SET GLOBAL errors_as_json = true",
      // What a query reads are the files of versions, which never change: their footers are read once, and no file is opened
      // only to see whether it is still the same. What other workers read they mostly read once: kept, it would fill memory.
      fmt::format("SET GLOBAL parquet_metadata_cache = {}", !options.ingest),
      fmt::format("SET GLOBAL enable_external_file_cache = {}", !options.ingest),
      "SET GLOBAL validate_external_file_cache = 'NO_VALIDATION'",
      "SET GLOBAL allowed_directories = [" + folders + "]",
      "SET GLOBAL enable_external_access = false",
      "SET GLOBAL lock_configuration = true",
  };
}

Statements to_statements(const json::value& list) {
  Statements statements;
  for (const json::value& statement : list.as_array()) statements.emplace_back(statement.as_string());
  return statements;
}

std::string error_frame(std::uint64_t id, const DuckError& error) {
  json::object frame{{"id", id}, {"type", error.type}, {"message", error.message}};
  if (error.position) frame["position"] = *error.position;
  return json::serialize(frame);
}

}  // namespace

Session::Session(SessionOptions options, Output& output)
    : options_(std::move(options)), output_(output), database_(open_database(options_)) {}

void Session::lock_down() {
  Connection connection = connect(database_);
  parquet_.emplace(connection);
  register_double_order(connection.get());
  if (options_.ingest) {
    register_staged_scan(connection.get());
    register_functions(connection.get());
    register_key_index(connection.get());
    register_parquet_adoption(connection.get());
    register_csv_summary(connection.get());
  }
  for (const std::string& statement : final_settings(options_)) run(connection, statement);
}

void Session::handle(const json::object& command) {
  DuckError failed;
  try {
    const std::string end = answer(command);
    close_statement();
    output_.send(FrameType::end, end);
    return;
  } catch (const DuckError& error) {
    failed = error;
  } catch (const base::Error& error) {
    // The only one that comes up here: an answer past what a frame holds.
    failed = {"Result too large", error.message(), {}};
  } catch (const std::bad_alloc&) {
    failed = {"Out of Memory", "the statement needs too much memory", {}};
  } catch (const std::exception& error) {
    failed = {"Protocol", error.what(), {}};
  }
  close_statement();
  output_.send(FrameType::error, error_frame(command.at("id").to_number<std::uint64_t>(), failed));
}

void Session::close_statement() {
  if (!statement_connection_) return;
  // What still works on rows that nobody will fetch stops now.
  duckdb_interrupt(statement_connection_.get());
  statement_connection_ = Connection();
}

std::string Session::answer(const json::object& command) {
  const json::string& what = command.at("do").as_string();
  if (what == "parse") return parse(std::string(command.at("sql").as_string()));
  if (what == "query") {
    statement_connection_ = connect(database_);
    const QueryContext context{database_, statement_connection_, interrupts_,    output_,
                               *parquet_, options_.spill,        lease_attached_};
    return json::serialize(run_query(context, command));
  }
  if (what == "execute") return execute_all(command);
  if (what == "parallel") return execute_lists(command);
  if (what == "reset") {
    reset();
    return "{}";
  }
  throw DuckError{"Protocol", "an unknown command", std::nullopt};
}

std::string Session::parse(const std::string& sql) {
  statement_connection_ = connect(database_);
  Interrupts::Registration registration(interrupts_, statement_connection_.get());
  Prepared statement;
  if (duckdb_prepare(statement_connection_.get(), "SELECT json_serialize_sql($1::VARCHAR)", statement.out()) !=
      DuckDBSuccess) {
    throw duck_error(duckdb_prepare_error(statement.get()));
  }
  duckdb_bind_varchar_length(statement.get(), 1, sql.data(), sql.size());
  Result result;
  run_streaming(statement, result);
  const Chunk chunk = result.fetch();
  if (!chunk) throw DuckError{"INTERNAL", "the parser gave no answer", std::nullopt};
  const std::vector<ResultColumn> columns = describe(result);
  const std::vector<VectorView> vectors = view(columns, chunk.get());
  const std::string_view tree = vectors[0].text(0);
  if (tree.starts_with("{\"error\":true")) {
    const json::object failed = json::parse(tree).as_object();
    // DuckDB serialises what it can run as a SELECT and nothing else.
    if (failed.at("error_type").as_string() == "not implemented") {
      throw DuckError{"Not read-only",
                      "only a statement that reads is allowed: SELECT, WITH, DESCRIBE, SUMMARIZE, SHOW. A PIVOT has to "
                      "list its values: PIVOT t ON c IN ('a', 'b') USING sum(x)",
                      std::nullopt};
    }
    DuckError error = in_bytes(duck_error(failed, "error_type", "error_message"), sql);
    error.type = "Parser";
    throw error;
  }
  std::string end = "{\"tree\":";
  append_json_string(end, tree);
  return end + '}';
}

std::string Session::execute_all(const json::object& command) {
  if (!lease_connection_) lease_connection_ = lease_connection();
  std::string end = "{\"results\":[";
  execute(lease_connection_, interrupts_, to_statements(command.at("statements")), false, end);
  return end + "]}";
}

std::string Session::execute_lists(const json::object& command) {
  std::vector<Statements> lists;
  for (const json::value& list : command.at("lists").as_array()) lists.push_back(to_statements(list));
  if (!lease_connection_) lease_connection_ = lease_connection();
  std::string end = "{\"results\":[";
  execute_parallel([this] { return lease_connection(); }, interrupts_, lists, end);
  return end + "]}";
}

Connection Session::lease_connection() {
  Connection connection = connect(database_);
  if (!lease_attached_) {
    run(connection, "ATTACH ':memory:' AS lease");
    lease_attached_ = true;
  }
  use_lease_database(connection);
  return connection;
}

void Session::reset() {
  lease_connection_ = Connection();
  if (!lease_attached_) return;
  run(connect(database_), "DETACH lease");
  lease_attached_ = false;
}

}  // namespace boathouse::engine
