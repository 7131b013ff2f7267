// SPDX-License-Identifier: Apache-2.0
// Group commit. Of the threads that want to write, one leads: it takes every unit of work that waits, runs each in a
// savepoint of one SQLite transaction (so that a unit that fails takes only itself back) and commits once, so the units
// share an fsync. Meanwhile the next group gathers. Nobody is answered before the commit. Any thread may call run().
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <semaphore>
#include <vector>

#include "base/figures.h"
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
  // `commit_times` outlives it; none: nobody asks.
  explicit Writer(std::unique_ptr<Connection> connection, base::Durations* commit_times = nullptr)
      : connection_(std::move(connection)), commit_times_(commit_times) {}

  using Work = std::function<void(Transaction&)>;

  // Returns once the work is durable; rethrows what the work threw. Error{storage_full} or {unavailable}: nothing was
  // written. Error{unknown_outcome}: the fsync failed, so the work is not seen now but may come back after a crash.
  void run(Work work);

  // True after such a failed fsync until a later commit has overwritten what it left in the log.
  bool unsettled() const { return unsettled_; }

 private:
  // Lives on the stack of the thread that waits for it.
  struct Unit {
    Work work;
    std::exception_ptr failure{};
    bool done = false;               // else it leads when it is woken
    std::binary_semaphore woken{0};  // each by its own, so that nobody is woken for nothing
  };
  using Group = std::vector<Unit*>;

  void lead(const Unit& leader);
  // Every unit of it waits for an answer: what cannot even be told of ends the process.
  void execute(const Group& group) noexcept;
  void run_unit(Unit& unit);
  void commit();
  void fail_all(const Group& group, const base::Error& error);

  // Used by whoever leads:
  std::unique_ptr<Connection> connection_;
  base::Durations* const commit_times_;

  std::atomic<bool> unsettled_ = false;

  // Guarded by mutex_:
  std::mutex mutex_;
  Group waiting_;
  bool led_ = false;  // by somebody who is at work, or was told to lead
};

}  // namespace boathouse::meta::sqlite
