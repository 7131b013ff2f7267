// SPDX-License-Identifier: Apache-2.0
// One user query: on a connection that is closed after it, inside a transaction that is rolled back, so that nothing of
// it stays.
#pragma once

#include <boost/json.hpp>
#include <filesystem>

#include "engine/worker/duck.h"
#include "engine/worker/interrupts.h"
#include "engine/worker/output.h"
#include "engine/worker/result_parquet.h"

namespace boathouse::engine {

struct QueryContext {
  const Database& database;
  const Connection& connection;  // new, and closed by the caller only when nothing is being thrown
  Interrupts& interrupts;
  Output& output;
  ParquetResult& parquet;
  std::filesystem::path spill;
  bool use_lease;  // the lease has a database of its own, whose names come first
};

// Runs the protocol's `query`, sends schema and data, returns the end's fields. Throws DuckError.
boost::json::object run_query(const QueryContext& context, const boost::json::object& command);

// Begins a connection that sees the lease's database as its own.
void use_lease_database(const Connection& connection);

}  // namespace boathouse::engine
