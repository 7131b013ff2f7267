// SPDX-License-Identifier: Apache-2.0
// Runs queued jobs on threads of its own: claimed by lease, workspaces in turn, each lane by its own threads. What is
// queued in this process starts at once, what others queue within a second. One thread makes, starts and stops it.
#pragma once

#include <condition_variable>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "jobs/kinds.h"
#include "jobs/run.h"

namespace boathouse::jobs {

struct SchedulerOptions {
  std::string owner;  // this node; no other process has the same
  // Threads of each lane. A workspace never holds all of a lane's, unless there is only one.
  std::size_t workers = 3;
  std::size_t query_workers = 3;
  std::size_t file_workers = 2;
  base::Micros lease = base::kMinute;  // how long a job stays with a process that says nothing any more
  std::function<base::Micros()> now = base::now_micros;
};

class Scheduler {
 public:
  // `store` outlives this.
  Scheduler(meta::JobStore& store, SchedulerOptions options) : store_(store), options_(std::move(options)) {}
  ~Scheduler() { stop(); }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Before start().
  void add(core::JobKind promise, Handler handler, Failing failing = {}) {
    kinds_.add(std::move(promise), std::move(handler), std::move(failing));
  }
  const Kinds& kinds() const { return kinds_; }

  // Takes back at once what this owner's process before had begun.
  void start();
  // Running jobs are asked to end and are queued again; no further one begins. Any thread.
  void request_stop();
  // Requests it and waits until the handlers have returned.
  void stop();

  // Claims one job of the lane and runs it on this thread; false when none was ready. What the threads do; for tests.
  bool run_one(core::JobLane lane);
  // What the keeper does now and then: reports of running jobs, periodic kinds, figures. For tests.
  void look_after();

 private:
  void work(core::JobLane lane);
  void keep();
  std::size_t threads_of(core::JobLane lane) const;
  void report_runs();
  void queue_periodic();
  void refresh_figures();
  std::vector<std::shared_ptr<Run>> runs() const;

  meta::JobStore& store_;
  const SchedulerOptions options_;
  Kinds kinds_;  // constant once started
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_ = false;

  // The keeper's own:
  std::uint64_t reported_change_ = 0;
  base::Micros reported_at_ = 0;
  base::Micros figures_at_ = 0;

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  std::vector<std::shared_ptr<Run>> runs_;
};

}  // namespace boathouse::jobs
