// SPDX-License-Identifier: Apache-2.0
// The kinds of jobs that this process can do, and what has been done. Kinds are added before the scheduler starts and
// stay; figures are for any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/job_kind.h"
#include "core/progress.h"

namespace boathouse::jobs {

// Does the work of one job and returns what is shown as its result. May run again after it was done, because a crash came
// before that was written down: its effect belongs into one commit with batch_of(job) or, to be sure that two holders
// never both have an effect, with JobDone (docs/jobs.md). Errors are base::Error: those that may pass are tried again.
using Handler = std::function<boost::json::object(const meta::JobRow& job, core::Progress& progress)>;

// Told of a job that failed and has no attempts left, and why: each time while its kind still has time for more
// (RetryPolicy::at_least), and once it is about to be parked; told again where a crash comes before that is written down. Must not throw.
using Failing = std::function<void(const meta::JobRow& job, const std::string& error)>;

struct Kind {
  core::JobKind promise;
  Handler handler;
  Failing failing;                           // empty: nobody wants to know
  std::atomic<std::uint64_t> succeeded = 0;  // jobs ended since the process began
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> cancelled = 0;
  std::atomic<std::int64_t> queued = 0;  // as last looked
  std::atomic<std::int64_t> running = 0;
  base::Micros look_at = 0;  // of periodic kinds: when the next one may be due; the keeper's own
};

class Kinds {
 public:
  void add(core::JobKind promise, Handler handler, Failing failing = {});

  // nullptr when there is none of that name.
  Kind* find(std::string_view name) const;
  std::vector<std::string> names(core::JobLane lane) const;
  // By name.
  std::vector<Kind*> all() const;

 private:
  std::map<std::string, std::unique_ptr<Kind>, std::less<>> kinds_;
};

}  // namespace boathouse::jobs
