// SPDX-License-Identifier: Apache-2.0
// DuckDB at arm's length: a pool of confined worker processes that run its statements. A crafted file or statement may
// crash, hang or bloat a worker; it ends that one statement with a clear error and nothing else.
//
// A worker is confined to the folders of its `Confinement` before it reads its first byte and for all its life, so only
// leases that ask for the same confinement share one. It is kept warm between leases, without any state of theirs.
//
// WorkerPool: any thread; it outlives its leases. Lease: one thread at a time, but cancel() from any. All calls block the
// calling thread: never call them on a network thread. Deadlines are times of base::steady_micros(), kNoDeadline is none.
// Hold at most one lease in a thread: who waits for a second one while keeping the first can wait for itself.
//
// What can fail (base::Error): invalid_argument (DuckDB's message, with "position", a byte offset in the SQL, where it has
// one), permission_denied (not one read-only statement), timeout (deadline passed; queueing counts), cancelled,
// too_large (memory, stack, temporary files or result past their limits), unprocessable (the statement ended its worker),
// too_many_requests (the workspace's queue is full), storage_full, unavailable (a file that cannot be read, or no worker
// can be started). Messages never carry the paths of folders given here.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/figures.h"
#include "base/ids.h"
#include "base/time.h"

namespace boathouse::engine {

inline constexpr base::Micros kNoDeadline = std::numeric_limits<base::Micros>::max();

struct PoolOptions {
  std::filesystem::path worker_executable;
  // Each worker gets a folder of its own here, removed when it ends. The pool owns the folder: it makes it if missing and
  // empties it when it starts.
  std::filesystem::path spill_root;
  std::size_t max_workers = 4;
  std::uint64_t memory_limit_bytes = 1ULL << 30;  // of each worker
  std::size_t threads_per_worker = 2;             // but for WorkerKind::background
  std::uint64_t max_temp_directory_bytes = 10'000'000'000;
  std::size_t max_waiting_per_workspace = 64;
  // Kernels without Landlock: false makes the constructor throw unavailable, true only logs a warning.
  bool allow_unconfined = false;
  // A worker that ignores an interrupt this long is killed.
  base::Micros kill_grace = base::kSecond;
  // A worker that is larger than this when its lease ends is not kept warm. Most of what a statement used is given back
  // within two seconds.
  std::uint64_t max_idle_bytes = 512ULL << 20;
  // One that nobody has wanted for so long is ended if it holds more than this.
  base::Micros rest = 30 * base::kSecond;
  std::uint64_t max_resting_bytes = 40ULL << 20;
};

enum class WorkerKind {
  query,   // user SQL: reads only
  ingest,  // trusted statements that read untrusted files and write to staging
  // The same on one thread, whatever the pool's options say: for what goes on all the time beside statements that somebody
  // waits for. It needs the least memory: rows that several threads read are held until they can be put in order.
  background,
};
std::string_view to_string(WorkerKind kind);

// What a worker may touch. Folders are absolute, exist, and cover what lies below them. A warm worker serves exactly the
// same confinement only: give stable folders (a workspace's warehouse and staging), not one per batch.
struct Confinement {
  WorkerKind kind = WorkerKind::query;
  std::vector<base::WorkspaceId> workspaces;  // order does not matter
  std::vector<std::filesystem::path> readable;
  std::vector<std::filesystem::path> writable;

  bool operator==(const Confinement&) const = default;
};

// `type` is DuckDB's SQL name: BIGINT, DECIMAL(10,2), TIMESTAMP WITH TIME ZONE, INTEGER[], STRUCT(a INTEGER).
struct Column {
  std::string name;
  std::string type;

  bool operator==(const Column&) const = default;
};

enum class ResultFormat {
  json_rows,   // rows as JSON arrays with commas between them, no brackets around: `[1,"a"],[2,null]`
  json_lines,  // the same rows, a line feed after each
  kept,        // json_lines, and the same rows as a Parquet file by on_file()
  ndjson,      // an object and a line feed for each row
  csv,         // RFC 4180 with header and LF; NULL is empty, an empty string is ""
  parquet,
  records,  // a JSON array of objects as data frames write theirs: numbers in full, no NaN, JSON text as JSON
  avro,     // an object container; worker/result_avro.h says how values stand in it
};

struct QueryCommand {
  std::vector<std::string> setup;  // trusted statements, run first on the same connection; undone afterwards
  std::string sql;                 // one read-only statement, already judged by the caller; checked again for its type
  boost::json::value params;  // null, an array ($1, $2, ?) or an object ($name); scalars or arrays of one scalar kind
  ResultFormat format = ResultFormat::json_rows;
  std::optional<std::uint64_t> row_limit;            // rows past it are cut off and `truncated` says so
  std::optional<std::uint64_t> max_result_bytes;     // past it: too_large
  std::map<std::string, std::string> metadata = {};  // parquet: key-value entries of the footer
  bool only_bind = false;  // the statement does not run, so there is no result: only what is wrong with it is told
};

struct QueryResult {
  std::uint64_t row_count = 0;
  bool truncated = false;
  std::string no_file{};  // of the format `kept`: why there is no Parquet file; empty where there is one
};

// Takes a result as it streams: on_columns once, then on_bytes as often as needed. May block (which holds the worker back,
// not memory, but the deadline goes on) and may throw (which stops the query and comes out of Lease::query).
class ResultConsumer {
 public:
  virtual ~ResultConsumer() = default;
  virtual void on_columns(const std::vector<Column>& columns) = 0;
  virtual void on_bytes(std::string_view bytes) = 0;
  // After the last on_bytes.
  virtual void on_file(std::string_view) {}
};

// A small result in memory (at most 64 MiB of JSON; past it too_large). Rows are arrays in the order of `columns`; integers
// of up to 64 bits are numbers here, all other values as in the JSON formats.
struct Rows {
  std::vector<Column> columns;
  boost::json::array rows;
};

class WorkerProcess;
class WorkerPool;

// The sole use of one worker. Returns it to the pool when destroyed; one that failed badly is ended instead.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  ~Lease();

  // The JSON that DuckDB's json_serialize_sql gives for these statements: {"error":false,"statements":[..]}. A syntax
  // error is invalid_argument; a statement that cannot be serialised (anything but SELECT, and what DuckDB makes a SELECT:
  // DESCRIBE, SHOW, SUMMARIZE) is permission_denied. Nothing is bound or run.
  std::string parse(std::string_view sql);

  QueryResult query(const QueryCommand& command, ResultConsumer& consumer);

  // Trusted statements, one after the other on one connection, which lives until the lease ends (temporary objects stay
  // for the next call). One element for each statement.
  std::vector<Rows> execute(const std::vector<std::string>& statements);

  // Each list on a connection of its own, all at once; the last result of each. Tables made without TEMP by execute() are
  // seen by all. The first failure stops the others and is thrown.
  std::vector<Rows> execute_parallel(const std::vector<std::vector<std::string>>& lists);

  // Ends what is running, here or about to: that call throws cancelled, and so does every later one. Any thread.
  void cancel();

 private:
  friend class WorkerPool;
  struct State;
  explicit Lease(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct PoolStats {
  std::size_t live = 0;  // leased and idle
  std::size_t idle = 0;
  std::size_t waiting = 0;
  std::uint64_t started = 0;  // since the pool began
  std::uint64_t ended_badly = 0;
};

class WorkerPool {
 public:
  // Throws unavailable when the kernel cannot confine workers and that is not allowed, or when no worker is at the path.
  explicit WorkerPool(PoolOptions options);
  // Every lease must be gone. Ends the workers.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // A warm worker of this confinement, a fresh one, or one after waiting. Workspaces that wait are served in turn; one
  // never holds all workers (unless there is only one). The deadline stays with the lease, for all that it does, and so
  // does `stop`: once requested, waiting ends and the lease is cancelled.
  Lease acquire(const Confinement& confinement, const base::WorkspaceId& on_behalf_of, base::Micros deadline,
                const std::stop_token& stop = {});

  // Ends those that have rested with more than they may hold; acquire() does so too. Any thread, now and then.
  void end_resting();

  PoolStats stats() const;
  // How long statements waited for a worker, its start included.
  const base::Durations& waits() const;

 private:
  friend class Lease;
  class Scheduler;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace boathouse::engine
