// SPDX-License-Identifier: Apache-2.0
// Who gets a worker, and which: turns between workspaces, warm workers, the limit of live ones. The pool's inside.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>

#include "engine/pool.h"
#include "engine/spawner.h"
#include "engine/worker_process.h"

namespace boathouse::engine {

class WorkerPool::Scheduler {
 public:
  explicit Scheduler(PoolOptions options);

  // Blocks for a turn; then a worker that is warm or just started. Each take is followed by one give_back.
  std::unique_ptr<WorkerProcess> take(Confinement confinement, const base::WorkspaceId& workspace,
                                      base::Micros deadline, const std::stop_token& stop);
  // Keeps the worker warm if it is usable and small, ends it otherwise; null when there is none to keep.
  void give_back(std::unique_ptr<WorkerProcess> worker, const base::WorkspaceId& workspace);

  void end_resting();

  // Puts a fresh worker of the same confinement in the place of a leased one that has died. On an error it stays.
  void replace(std::unique_ptr<WorkerProcess>& worker, base::Micros deadline);

  PoolStats stats() const;
  const base::Durations& waits() const { return waits_; }

 private:
  struct Waiter {
    const Confinement& confinement;
    std::condition_variable_any turn;
    bool granted = false;
    // With `granted`: a warm worker, or else the right to start one, once the one that makes room has been ended.
    std::unique_ptr<WorkerProcess> warm;
    std::unique_ptr<WorkerProcess> to_end;
  };

  struct Idle {
    std::unique_ptr<WorkerProcess> worker;
    base::Micros since;  // base::steady_micros()
  };

  void wait_for_turn(Waiter& waiter, const base::WorkspaceId& workspace, base::Micros deadline,
                     const std::stop_token& stop);
  // The rest need mutex_.
  void enqueue(Waiter& waiter, const base::WorkspaceId& workspace);
  void leave_queue(Waiter& waiter, const base::WorkspaceId& workspace);
  // Grants turns while there is a waiter that may go and room for it.
  void dispatch();
  bool grant(Waiter& waiter, const base::WorkspaceId& workspace);
  // Takes those out that died meanwhile, and those that have rested with more memory than they may.
  std::vector<std::unique_ptr<WorkerProcess>> take_unwanted_idle();

  // Constant after construction:
  const PoolOptions options_;
  const std::size_t most_of_one_workspace_;
  Spawner spawner_;

  base::Durations waits_;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::list<Idle> idle_;  // least recently used first
  std::size_t leased_ = 0;
  std::map<base::WorkspaceId, std::size_t> leased_by_;
  std::map<base::WorkspaceId, std::deque<Waiter*>> waiting_;  // no empty queues
  std::deque<base::WorkspaceId> turns_;                       // the keys of waiting_, next to be served first
  std::uint64_t started_ = 0;
  std::uint64_t ended_badly_ = 0;
};

}  // namespace boathouse::engine
