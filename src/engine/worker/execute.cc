// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/execute.h"

#include <exception>
#include <mutex>
#include <thread>

#include "engine/crash.h"
#include "engine/frame.h"
#include "engine/worker/result_json.h"

namespace boathouse::engine {
namespace {

// Room for what the frame says around the results.
constexpr std::size_t kMaxResults = kMaxFrame - 4096;

void append_rows(std::string& out, Result& result) {
  const std::vector<ResultColumn> columns = describe(result);
  out += "{\"columns\":";
  append_json_columns(out, columns);
  out += ",\"rows\":[";
  bool first = true;
  for (Chunk chunk = result.fetch(); chunk; chunk = result.fetch()) {
    const std::vector<VectorView> vectors = view(columns, chunk.get());
    const idx_t size = duckdb_data_chunk_get_size(chunk.get());
    for (idx_t row = 0; row < size; ++row) {
      if (!first) out += ',';
      first = false;
      append_json_row(out, vectors, row, JsonStyle::exact_integers);
      if (out.size() > kMaxResults) {
        throw DuckError{"Result too large", "the result is too large to be held in memory", std::nullopt};
      }
    }
  }
  out += "]}";
}

}  // namespace

void execute(const Connection& connection, Interrupts& interrupts, const Statements& statements, bool last_only,
             std::string& out) {
  Interrupts::Registration registration(interrupts, connection.get());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    interrupts.check();
    Result result;
    run(connection, statements[i], result);
    if (last_only && i + 1 < statements.size()) continue;
    if (i > 0 && !last_only) out += ',';
    append_rows(out, result);
  }
}

void execute_parallel(const std::function<Connection()>& open, Interrupts& interrupts,
                      const std::vector<Statements>& lists, std::string& out) {
  std::vector<std::string> results(lists.size());
  std::mutex mutex;
  std::exception_ptr failed;  // the first one, guarded by mutex
  auto run_list = [&](std::size_t i) {
    try {
      execute(open(), interrupts, lists[i], true, results[i]);
    } catch (...) {
      {
        std::lock_guard lock(mutex);
        if (!failed) failed = std::current_exception();
      }
      interrupts.interrupt_all();
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < lists.size(); ++i) {
    threads.emplace_back([&run_list, i] {
      CrashStack crash_stack;
      run_list(i);
    });
  }
  if (!lists.empty()) run_list(0);
  threads.clear();
  if (failed) std::rethrow_exception(failed);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i > 0) out += ',';
    // A list without statements has no result; its place stays.
    out += results[i].empty() ? "{\"columns\":[],\"rows\":[]}" : results[i];
    if (out.size() > kMaxResults) {
      throw DuckError{"Result too large", "the results are too large to be held in memory", std::nullopt};
    }
  }
}

}  // namespace boathouse::engine
