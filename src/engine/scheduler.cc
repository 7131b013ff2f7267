// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/landlock.h"

namespace boathouse::engine {
namespace {

namespace fs = std::filesystem;

// What a server that was killed left behind is nobody's.
void prepare_spill_root(const fs::path& root) {
  base::make_directories_durably(root);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) fs::remove_all(entry.path(), ignored);
}

PoolOptions checked(PoolOptions options) {
  options.max_workers = std::max<std::size_t>(options.max_workers, 1);
  options.threads_per_worker = std::max<std::size_t>(options.threads_per_worker, 1);
  options.worker_executable = fs::absolute(options.worker_executable);
  options.spill_root = fs::absolute(options.spill_root);
  if (::access(options.worker_executable.c_str(), X_OK) != 0) {
    throw base::Error(base::ErrorKind::unavailable,
                      "the engine's worker program is missing: it belongs beside the server");
  }
  if (landlock_abi() < 1) {
    if (!options.allow_unconfined) {
      throw base::Error(base::ErrorKind::unavailable,
                        "this kernel has no Landlock, so the engine's workers cannot be confined to their workspace's "
                        "files; use Linux 5.13 or later with Landlock on, or allow an unconfined engine");
    }
    base::log_warning("engine.unconfined",
                      {{"detail",
                        "this kernel has no Landlock: SQL and uploaded files are handled by processes that "
                        "could read what the server can read"}});
  }
  prepare_spill_root(options.spill_root);
  return options;
}

}  // namespace

WorkerPool::Scheduler::Scheduler(PoolOptions options)
    : options_(checked(std::move(options))),
      most_of_one_workspace_(std::max<std::size_t>(options_.max_workers - 1, 1)),
      spawner_(options_.worker_executable) {}

std::unique_ptr<WorkerProcess> WorkerPool::Scheduler::take(Confinement confinement, const base::WorkspaceId& workspace,
                                                           base::Micros deadline, const std::stop_token& stop) {
  base::Timing timing(waits_);
  std::sort(confinement.workspaces.begin(), confinement.workspaces.end());
  Waiter waiter{.confinement = confinement, .turn = {}, .granted = false, .warm = nullptr, .to_end = nullptr};
  wait_for_turn(waiter, workspace, deadline, stop);
  if (waiter.warm) return std::move(waiter.warm);
  try {
    waiter.to_end.reset();
    auto worker = std::make_unique<WorkerProcess>(spawner_, options_, confinement, deadline);
    std::lock_guard lock(mutex_);
    ++started_;
    return worker;
  } catch (...) {
    give_back(nullptr, workspace);
    throw;
  }
}

void WorkerPool::Scheduler::wait_for_turn(Waiter& waiter, const base::WorkspaceId& workspace, base::Micros deadline,
                                          const std::stop_token& stop) {
  end_resting();
  std::unique_lock lock(mutex_);
  enqueue(waiter, workspace);
  dispatch();
  while (!waiter.granted && !stop.stop_requested()) {
    const base::Micros left = deadline - base::steady_micros();
    if (left <= 0) break;
    waiter.turn.wait_for(lock, stop, std::chrono::microseconds(std::min(left, base::kHour)),
                         [&] { return waiter.granted; });
  }
  if (waiter.granted) return;
  leave_queue(waiter, workspace);
  if (stop.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "the statement was cancelled");
  throw base::Error(base::ErrorKind::timeout, "the statement waited for its turn until its time limit");
}

void WorkerPool::Scheduler::give_back(std::unique_ptr<WorkerProcess> worker, const base::WorkspaceId& workspace) {
  const bool bad = worker && !worker->usable();
  if (bad || (worker && worker->own_bytes() > options_.max_idle_bytes)) worker.reset();
  std::lock_guard lock(mutex_);
  if (bad) ++ended_badly_;
  --leased_;
  if (auto by = leased_by_.find(workspace); --by->second == 0) leased_by_.erase(by);
  if (worker) idle_.push_back({.worker = std::move(worker), .since = base::steady_micros()});
  dispatch();
}

void WorkerPool::Scheduler::end_resting() {
  std::vector<std::unique_ptr<WorkerProcess>> unwanted;  // outlives the lock, since ending one takes a moment
  std::lock_guard lock(mutex_);
  unwanted = take_unwanted_idle();
}

void WorkerPool::Scheduler::replace(std::unique_ptr<WorkerProcess>& worker, base::Micros deadline) {
  worker = std::make_unique<WorkerProcess>(spawner_, options_, worker->confinement(), deadline);
  std::lock_guard lock(mutex_);
  ++started_;
  ++ended_badly_;
}

PoolStats WorkerPool::Scheduler::stats() const {
  std::lock_guard lock(mutex_);
  PoolStats stats{.live = leased_ + idle_.size(),
                  .idle = idle_.size(),
                  .waiting = 0,
                  .started = started_,
                  .ended_badly = ended_badly_};
  for (const auto& [workspace, queue] : waiting_) stats.waiting += queue.size();
  return stats;
}

void WorkerPool::Scheduler::enqueue(Waiter& waiter, const base::WorkspaceId& workspace) {
  auto queue = waiting_.find(workspace);
  if (queue == waiting_.end()) {
    queue = waiting_.try_emplace(workspace).first;
    turns_.push_back(workspace);
  } else if (queue->second.size() >= options_.max_waiting_per_workspace) {
    throw base::Error(base::ErrorKind::too_many_requests,
                      "too many statements of this workspace are waiting already; send it again later")
        .with("limit", options_.max_waiting_per_workspace);
  }
  queue->second.push_back(&waiter);
}

void WorkerPool::Scheduler::leave_queue(Waiter& waiter, const base::WorkspaceId& workspace) {
  auto queue = waiting_.find(workspace);
  std::erase(queue->second, &waiter);
  if (queue->second.empty()) {
    waiting_.erase(queue);
    std::erase(turns_, workspace);
  }
}

void WorkerPool::Scheduler::dispatch() {
  auto serve = [this](const base::WorkspaceId& workspace) {
    const auto held = leased_by_.find(workspace);
    if (held != leased_by_.end() && held->second >= most_of_one_workspace_) return false;
    return grant(*waiting_.find(workspace)->second.front(), workspace);
  };
  // The first one in turn that can be served goes to the end of the line, until none can.
  for (auto next = std::find_if(turns_.begin(), turns_.end(), serve); next != turns_.end();
       next = std::find_if(turns_.begin(), turns_.end(), serve)) {
    base::WorkspaceId workspace = std::move(*next);
    turns_.erase(next);
    auto queue = waiting_.find(workspace);
    queue->second.pop_front();
    if (queue->second.empty()) {
      waiting_.erase(queue);
    } else {
      turns_.push_back(std::move(workspace));
    }
  }
}

bool WorkerPool::Scheduler::grant(Waiter& waiter, const base::WorkspaceId& workspace) {
  auto warm = std::find_if(idle_.begin(), idle_.end(),
                           [&](const Idle& idle) { return idle.worker->confinement() == waiter.confinement; });
  if (warm != idle_.end()) {
    waiter.warm = std::move(warm->worker);
    idle_.erase(warm);
  } else if (leased_ + idle_.size() >= options_.max_workers) {
    if (idle_.empty()) return false;
    waiter.to_end = std::move(idle_.front().worker);
    idle_.pop_front();
  }
  ++leased_;
  ++leased_by_[workspace];
  waiter.granted = true;
  waiter.turn.notify_one();
  return true;
}

std::vector<std::unique_ptr<WorkerProcess>> WorkerPool::Scheduler::take_unwanted_idle() {
  std::vector<std::unique_ptr<WorkerProcess>> unwanted;
  const base::Micros rested = base::steady_micros() - options_.rest;
  for (auto idle = idle_.begin(); idle != idle_.end();) {
    const bool dead = !idle->worker->alive();
    if (!dead && (idle->since > rested || idle->worker->own_bytes() <= options_.max_resting_bytes)) {
      ++idle;
      continue;
    }
    if (dead) ++ended_badly_;
    unwanted.push_back(std::move(idle->worker));
    idle = idle_.erase(idle);
  }
  return unwanted;
}

}  // namespace boathouse::engine
