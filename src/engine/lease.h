// SPDX-License-Identifier: Apache-2.0
// What a lease holds. The pool's inside.
#pragma once

#include <memory>
#include <stop_token>

#include "engine/pool.h"
#include "engine/scheduler.h"
#include "engine/worker_process.h"

namespace boathouse::engine {

struct Lease::State {
  State(WorkerPool::Scheduler& from, base::WorkspaceId workspace, base::Micros until, const std::stop_token& stop);
  // Gives the worker back, without anything that this lease made in it.
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  boost::json::object run(const boost::json::object& command, const WorkerProcess::OnPart& on_part = {});
  // The same for a command that leaves something on the lease's connection.
  boost::json::object run_on_connection(const boost::json::object& command);

  WorkerPool::Scheduler& scheduler;
  const base::WorkspaceId on_behalf_of;
  const base::Micros deadline;
  Cancellation cancellation;
  std::unique_ptr<WorkerProcess> worker;

 private:
  boost::json::object run(const boost::json::object& command, const WorkerProcess::OnPart& on_part, bool may_retry);

  struct Cancel {
    Cancellation& cancellation;
    void operator()() const { cancellation.cancel(); }
  };
  bool used_connection_ = false;        // there is something to reset
  std::stop_callback<Cancel> on_stop_;  // last: no callback runs once the rest goes away
};

}  // namespace boathouse::engine
