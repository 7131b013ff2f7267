// SPDX-License-Identifier: Apache-2.0
// Queries that run on after their answer: submitted as jobs, looked at, cancelled, their results read page by page. A query is
// its user's: for everybody else, and for the user once the workspace is closed to them, it is not_found. What it may read
// is decided when it is submitted, again when it runs, and again whenever its result is read. Blocking; any thread.
#pragma once

#include "auth/auth.h"
#include "core/job_kind.h"
#include "core/jobs.h"
#include "core/query.h"
#include "core/query_results.h"

namespace boathouse::core {

struct LongQueryRules {
  base::Micros timeout = base::kHour;          // of one run, waiting for a worker included
  base::Micros keep = base::kHour;             // how long a result can be read
  std::uint64_t max_bytes = 1ULL << 30;        // of one result
  std::uint64_t max_kept_bytes = 10ULL << 30;  // of a workspace's results together; one more may end above it
};

inline JobKind long_query_kind() {
  return {.name = "query", .retry = {.attempts = 3}, .cancellable = true, .lane = JobLane::queries};
}

class LongQueries {
 public:
  // Results lie in `folder`; all else outlives this.
  LongQueries(const Parts& parts, auth::Auth& auth, const Queries& queries, const Jobs& jobs,
              std::filesystem::path folder, LongQueryRules rules);

  // Queues `request`, of which sql, workspace, lookup, params and limit count. What cannot run at all is refused as
  // Queries::run would. Error{too_many_requests} when the workspace's queue is full, too_large past kMaxJobPayload.
  meta::JobRow submit(const auth::Principal& principal, const QueryRequest& request) const;

  meta::JobRow get(const auth::Principal& principal, const base::JobId& id) const;
  // One's own, newest first.
  JobPage list(const auth::Principal& principal, const Page& page) const;
  // Until when the result of a query that succeeded can be read.
  base::Micros readable_until(const meta::JobRow& query) const { return query.finished_at + rules_.keep; }
  // Error{conflict} while there is none or the query failed, not_found when it is gone.
  KeptResult result(const auth::Principal& principal, const base::JobId& id) const;
  // Ends it, waiting a moment until it has; throws its result away.
  void remove(const auth::Principal& principal, const base::JobId& id) const;

  // The job's handler.
  boost::json::object run(const meta::JobRow& job, Progress& progress) const;
  // Removes results that had their time; tells how many.
  std::int64_t sweep(base::Micros now) const { return results_.remove_older(now - rules_.keep); }

 private:
  engine::QueryResult run_in_time(QueryRequest request, ResultWriter& writer, Progress& progress) const;

  const Parts& parts_;
  auth::Auth& auth_;
  const Queries& queries_;
  const Jobs& jobs_;
  const QueryResults results_;
  const LongQueryRules rules_;
};

}  // namespace boathouse::core
