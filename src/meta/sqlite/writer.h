// SPDX-License-Identifier: Apache-2.0
// Group commit. One thread owns the write connection. It takes every unit of work that waits, runs each in a savepoint of
// one SQLite transaction (so that a unit that fails takes only itself back) and commits once: the units share an fsync.
// Nobody is answered before that. Any thread may call run().
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "meta/sqlite/connection.h"

namespace boathouse::meta::sqlite {

// What a unit of work is given.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  Connection& connection() { return connection_; }
  // What this unit has written is taken back when it returns; its caller is answered all the same.
  void roll_back() { rolled_back_ = true; }
  bool rolled_back() const { return rolled_back_; }

 private:
  Connection& connection_;
  bool rolled_back_ = false;
};

class Writer {
 public:
  explicit Writer(std::unique_ptr<Connection> connection);
  // Runs what waits, then ends.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  using Work = std::function<void(Transaction&)>;

  // Returns once the work is durable; rethrows what the work threw. Error{storage_full} or {unavailable}: nothing was
  // written. Error{unknown_outcome}: the fsync failed, so the work is not seen now but may come back after a crash.
  void run(Work work);

  // True after such a failed fsync until a later commit has overwritten what it left in the log.
  bool unsettled() const { return unsettled_; }

 private:
  struct Unit {
    Work work;
    std::promise<void> done;
    std::exception_ptr failure;
  };
  using Batch = std::deque<Unit>;

  void loop();
  void execute(Batch& batch);
  void run_unit(Unit& unit);
  void commit();
  void roll_back();

  // Used by the writer thread only:
  std::unique_ptr<Connection> connection_;

  std::atomic<bool> unsettled_ = false;

  // Guarded by mutex_:
  std::mutex mutex_;
  std::condition_variable changed_;
  Batch waiting_;
  bool stopping_ = false;

  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace boathouse::meta::sqlite
