// SPDX-License-Identifier: Apache-2.0
#include "engine/lease.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "engine/worker_error.h"

namespace boathouse::engine {
namespace {

namespace json = boost::json;

// A reset only drops what is in memory; a worker that needs longer is not worth keeping.
constexpr base::Micros kResetLimit = 2 * base::kSecond;

void refuse_nul(std::string_view sql) {
  if (std::size_t at = sql.find('\0'); at != std::string_view::npos) {
    throw base::Error(base::ErrorKind::invalid_argument, "the SQL text holds a NUL character").with("position", at);
  }
}

std::string_view name_of(ResultFormat format) {
  switch (format) {
    case ResultFormat::json_rows: return "json_rows";
    case ResultFormat::json_lines: return "json_lines";
    case ResultFormat::kept: return "kept";
    case ResultFormat::ndjson: return "ndjson";
    case ResultFormat::csv: return "csv";
    case ResultFormat::parquet: return "parquet";
    case ResultFormat::records: return "records";
    case ResultFormat::avro: return "avro";
  }
  return "";
}

json::array to_json(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

std::vector<Column> read_columns(const json::value& list) {
  std::vector<Column> columns;
  for (const json::value& column : list.as_array()) {
    columns.push_back({std::string(column.at("name").as_string()), std::string(column.at("type").as_string())});
  }
  return columns;
}

std::vector<Rows> read_results(json::object& end) {
  std::vector<Rows> results;
  for (json::value& result : end.at("results").as_array()) {
    results.push_back({read_columns(result.at("columns")), std::move(result.at("rows").as_array())});
  }
  return results;
}

}  // namespace

Lease::State::State(WorkerPool::Scheduler& from, base::WorkspaceId workspace, base::Micros until,
                    const std::stop_token& stop)
    : scheduler(from), on_behalf_of(std::move(workspace)), deadline(until), on_stop_(stop, Cancel{cancellation}) {}

Lease::State::~State() {
  if (!worker) return;
  if (used_connection_ && worker->usable()) {
    try {
      worker->run({{"do", "reset"}}, {}, base::steady_micros() + kResetLimit, Cancellation());
    } catch (const std::exception& error) {
      base::log_warning("engine.reset_failed", {{"reason", error.what()}});
      worker->discard();
    }
  }
  scheduler.give_back(std::move(worker), on_behalf_of);
}

json::object Lease::State::run(const json::object& command, const WorkerProcess::OnPart& on_part) {
  return run(command, on_part, !used_connection_);
}

json::object Lease::State::run_on_connection(const json::object& command) {
  const bool first = !std::exchange(used_connection_, true);
  return run(command, {}, first);
}

// A worker that was warm may have been killed from outside; nobody's statement is to blame for that.
json::object Lease::State::run(const json::object& command, const WorkerProcess::OnPart& on_part, bool may_retry) {
  if (!worker->usable()) {
    throw base::Error(base::ErrorKind::unprocessable, "the worker of this statement has ended already");
  }
  try {
    return worker->run(command, on_part, deadline, cancellation);
  } catch (const base::Error&) {
    if (!may_retry || !worker->died_unbegun()) throw;
  }
  base::log_warning("engine.idle_worker_died", {});
  scheduler.replace(worker, deadline);
  return worker->run(command, on_part, deadline, cancellation);
}

Lease::Lease(std::unique_ptr<State> state) : state_(std::move(state)) {}
Lease::Lease(Lease&&) noexcept = default;
Lease& Lease::operator=(Lease&&) noexcept = default;
Lease::~Lease() = default;

std::string Lease::parse(std::string_view sql) {
  refuse_nul(sql);
  json::object end = state_->run({{"do", "parse"}, {"sql", sql}});
  return std::string(end.at("tree").as_string());
}

QueryResult Lease::query(const QueryCommand& command, ResultConsumer& consumer) {
  refuse_nul(command.sql);
  json::object message{{"do", "query"},
                       {"setup", to_json(command.setup)},
                       {"sql", command.sql},
                       {"params", command.params},
                       {"format", name_of(command.format)}};
  if (command.row_limit) message["row_limit"] = *command.row_limit;
  if (command.max_result_bytes) message["max_bytes"] = *command.max_result_bytes;
  if (command.only_bind) message["only_bind"] = true;
  if (!command.metadata.empty()) message["metadata"] = json::value_from(command.metadata);
  json::object end = state_->run(message, [&](const Frame& frame) {
    if (frame.type == FrameType::data) {
      consumer.on_bytes(frame.payload);
    } else if (frame.type == FrameType::file) {
      consumer.on_file(frame.payload);
    } else {
      consumer.on_columns(read_columns(parse_json(frame.payload).at("columns")));
    }
  });
  QueryResult result{.row_count = end.at("row_count").to_number<std::uint64_t>(),
                     .truncated = end.at("truncated").as_bool()};
  if (const json::value* why = end.if_contains("no_file")) result.no_file = why->as_string();
  return result;
}

std::vector<Rows> Lease::execute(const std::vector<std::string>& statements) {
  json::object end = state_->run_on_connection({{"do", "execute"}, {"statements", to_json(statements)}});
  return read_results(end);
}

std::vector<Rows> Lease::execute_parallel(const std::vector<std::vector<std::string>>& lists) {
  json::array all;
  for (const auto& list : lists) all.emplace_back(to_json(list));
  json::object end = state_->run_on_connection({{"do", "parallel"}, {"lists", std::move(all)}});
  return read_results(end);
}

void Lease::cancel() { state_->cancellation.cancel(); }

WorkerPool::WorkerPool(PoolOptions options) : scheduler_(std::make_unique<Scheduler>(std::move(options))) {}
WorkerPool::~WorkerPool() = default;

Lease WorkerPool::acquire(const Confinement& confinement, const base::WorkspaceId& on_behalf_of, base::Micros deadline,
                          const std::stop_token& stop) {
  auto state = std::make_unique<Lease::State>(*scheduler_, on_behalf_of, deadline, stop);
  state->worker = scheduler_->take(confinement, on_behalf_of, deadline, stop);
  return Lease(std::move(state));
}

PoolStats WorkerPool::stats() const { return scheduler_->stats(); }
void WorkerPool::end_resting() { scheduler_->end_resting(); }
const base::Durations& WorkerPool::waits() const { return scheduler_->waits(); }

}  // namespace boathouse::engine
