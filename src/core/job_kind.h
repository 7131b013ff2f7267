// SPDX-License-Identifier: Apache-2.0
// What a kind of job promises, and the row that queues one. A use case that goes on after its answer declares its kind
// beside itself; the room jobs/ binds it to a handler. Values; any thread.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <string>

#include "meta/rows.h"

namespace boathouse::core {

// An attempt that failed for a reason that may pass is made again after a random time up to `first_wait`, twice that, four
// times that.. but never more than `longest_wait`. The job has failed once `attempts` were made and `at_least` since it
// was queued passes before another.
struct RetryPolicy {
  std::int64_t attempts = 5;
  base::Micros first_wait = base::kSecond;
  base::Micros longest_wait = 5 * base::kMinute;
  base::Micros at_least = 0;
};

// Threads that a kind's jobs share with those of its lane only: who waits for an answer does not queue behind upkeep, and
// nobody behind databases that do not answer. Profiles, for which nobody need wait, have one thread.
enum class JobLane { work, queries, files, sinks, profiles };
inline constexpr std::array kJobLanes = {JobLane::work, JobLane::queries, JobLane::files, JobLane::sinks,
                                         JobLane::profiles};

struct JobKind {
  std::string name;
  RetryPolicy retry{};
  bool cancellable = true;
  // Of one workspace and object at most one waits and at most one runs: for work that looks at how things are and makes
  // them right, so that what is queued while one like it waits needs no job of its own.
  bool single = false;
  // Of one workspace and object one runs after the other, in the order in which they were queued; none is left out.
  bool ordered = false;
  JobLane lane = JobLane::work;
  base::Micros every = 0;  // more than 0: queued by the house itself that often, for no workspace (then also single)
};

// Past it Error{too_large}: large things are put in a place of their own, which the payload names.
inline constexpr std::size_t kMaxJobPayload = 64 << 10;

// A queued job with a fresh id. `payload` is for the handler only and never shown.
meta::JobRow new_job(const JobKind& kind, const base::WorkspaceId& workspace, std::string object,
                     const boost::json::object& payload = {});

// The batch of a job's effect: the same in every attempt, so that its row in the catalog decides whether it is done.
inline base::BatchId batch_of(const meta::JobRow& job) { return base::BatchId(job.id.value); }

}  // namespace boathouse::core
