// SPDX-License-Identifier: Apache-2.0
// Durable work: rows, claimed by lease. A claim raises the fencing number; whoever holds an older one, because the
// lease ran out and another took the job, changes nothing any more. Any thread; calls block. Faults are base::Error as
// in catalog_store.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/job_signal.h"
#include "meta/rows.h"

namespace boathouse::meta {

// A place in the list, newest first.
struct JobPlace {
  base::Micros created_at = 0;
  base::JobId id{};
};

struct JobListing {
  std::optional<std::vector<base::WorkspaceId>> workspaces{};  // nullopt: every one
  std::optional<base::UserId> seen_by{};                       // set: without what is private to others
  std::optional<JobState> state{};
  std::string kind{};    // empty: any
  std::string object{};  // empty: any
  std::optional<JobPlace> after{};
  std::size_t limit = 100;
};

enum class QueueOutcome {
  queued,
  waits_already,  // the job is single, and one like it waits
  full,           // the workspace has as many queued jobs of the kind as are allowed
};

struct JobClaim {
  std::string owner{};
  base::Micros now = 0;
  base::Micros lease_until = 0;
  std::vector<std::string> kinds{};
  std::int64_t most_of_workspace = 1;  // of these kinds, run by `owner` at a time
};

// What the holder of a lease has to tell while it works.
struct JobReport {
  base::JobId id{};
  std::int64_t fencing = 0;
  base::Micros lease_until = 0;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string unit{};
  std::vector<JobLogRow> lines{};  // without numbers: the store gives them
};
enum class ReportOutcome {
  kept,
  cancel_requested,  // kept, and the work should end
  lost,              // the lease is another's: nothing was written
};

// How an attempt ended. `report.lease_until` has no meaning.
struct JobEnd {
  JobReport report{};
  JobState state = JobState::succeeded;  // queued: once more, not before `run_at`
  base::Micros run_at = 0;
  bool counts = true;  // false: the attempt is taken back
  std::string error{};
  std::string result{};
};

enum class CancelOutcome { cancelled, requested, not_cancellable, ended, gone };
enum class RetryOutcome { queued, not_ended, succeeded, gone };

struct JobCount {
  std::string kind{};
  JobState state = JobState::queued;
  std::int64_t count = 0;
};

// The newest lines of a job's log are kept, that many.
inline constexpr std::int64_t kMaxJobLogLines = 1000;

class JobStore {
 public:
  virtual ~JobStore() = default;

  // `most_queued`: how many queued jobs of its kind its workspace may have with this one (nullopt: any number).
  virtual QueueOutcome insert_job(const JobRow& job, std::optional<std::int64_t> most_queued = std::nullopt) = 0;
  virtual std::optional<JobRow> find_job(const base::JobId& id) = 0;
  // Newest first.
  virtual std::vector<JobRow> list_jobs(const JobListing& listing) = 0;
  // Oldest first, those numbered higher than `after`.
  virtual std::vector<JobLogRow> job_log(const base::JobId& id, std::int64_t after, std::size_t limit) = 0;
  virtual std::int64_t count_queued(const base::WorkspaceId& workspace, std::string_view kind) = 0;
  // Of jobs queued and running.
  virtual std::vector<JobCount> count_jobs() = 0;

  // A job that may run (queued and its time come, or running with a lease that ran out): it is now running, leased to the
  // claim's owner, one attempt and one fencing number on. The workspace with the fewest running jobs is served first, of
  // those the one served longest ago; in a workspace the job that waits longest, of those that need not wait for another.
  virtual std::optional<JobRow> claim_job(const JobClaim& claim) = 0;
  // A job that a commit of its holder has ended only gets the lines of its log, here and in end_job().
  virtual ReportOutcome report_job(const JobReport& report, base::Micros now) = 0;
  // The job's state afterwards: also `cancelled` where it was to be queued and somebody asked for that, and `succeeded`
  // where a commit had ended it. nullopt when the lease is another's.
  virtual std::optional<JobState> end_job(const JobEnd& end, base::Micros now) = 0;
  // What `owner` has leased is queued again. For an owner that has just begun and so runs nothing. Tells how many.
  virtual std::int64_t release_jobs(std::string_view owner, base::Micros now) = 0;

  // A queued job is cancelled at once, a running one is asked to end.
  virtual CancelOutcome cancel_job(const base::JobId& id, base::Micros now) = 0;
  // Queues a failed or cancelled job again, with all its attempts before it.
  virtual RetryOutcome retry_job(const base::JobId& id, base::Micros now) = 0;
  // Removes jobs that ended before `before`, and the oldest ended ones of a workspace past `keep`, with their logs; at
  // most `limit`. Tells how many.
  virtual std::int64_t prune_jobs(base::Micros before, std::int64_t keep, std::int64_t limit) = 0;

  // Changes made through this store object.
  virtual JobSignal& signal() = 0;
};

}  // namespace boathouse::meta
