// SPDX-License-Identifier: Apache-2.0
// The worker's DuckDB and the commands of the protocol. Commands run on one thread; interrupt() comes from the one that
// reads the socket.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/worker/duck.h"
#include "engine/worker/interrupts.h"
#include "engine/worker/output.h"
#include "engine/worker/result_parquet.h"

namespace boathouse::engine {

struct SessionOptions {
  bool ingest;
  std::vector<std::filesystem::path> folders;  // all that DuckDB may touch, spill folder included
  std::filesystem::path spill;
  std::uint64_t memory_limit_bytes;
  std::uint64_t threads;
  std::uint64_t max_temp_bytes;
};

class Session {
 public:
  // Opens DuckDB, still without threads of its own and with its first configuration. Throws DuckError.
  Session(SessionOptions options, Output& output);

  // Makes DuckDB's threads and locks its configuration: before the first command. Throws DuckError.
  void lock_down();

  // Runs one command and sends its answer, whatever comes of it.
  void handle(const boost::json::object& command);

  Interrupts& interrupts() { return interrupts_; }

 private:
  std::string answer(const boost::json::object& command);
  std::string parse(const std::string& sql);
  void close_statement();
  std::string execute_all(const boost::json::object& command);
  std::string execute_lists(const boost::json::object& command);
  // A connection that works in the lease's own database, made when first needed.
  Connection lease_connection();
  void reset();

  const SessionOptions options_;
  Output& output_;
  Interrupts interrupts_;
  Database database_;
  std::optional<ParquetResult> parquet_;
  // Of the parse or query that runs. It is closed only when nothing is being thrown: while something is, DuckDB's
  // connection goes without waiting for the tasks of its statement, and they would write to what is gone.
  Connection statement_connection_;

  bool lease_attached_ = false;
  Connection lease_connection_;
};

}  // namespace boathouse::engine
