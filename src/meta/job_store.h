// SPDX-License-Identifier: Apache-2.0
// Durable work: rows, claimed by lease. A claim raises the fencing number; whoever holds an older one, because the
// lease ran out and another took the job, changes nothing any more. Any thread; calls block. Faults are base::Error as
// in catalog_store.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/rows.h"

namespace boathouse::meta {

struct JobListing {
  std::optional<base::WorkspaceId> workspace{};
  std::optional<JobState> state{};
  std::string kind{};    // empty: any
  std::string object{};  // empty: any
  std::size_t limit = 100;
};

class JobStore {
 public:
  virtual ~JobStore() = default;

  virtual void insert_job(const JobRow& job) = 0;
  virtual std::optional<JobRow> find_job(const base::JobId& id) = 0;
  // Newest first.
  virtual std::vector<JobRow> list_jobs(const JobListing& listing) = 0;

  // The job that waits longest of those that may run at `now` (queued, or running with a lease that ran out): it is now
  // running, leased to `owner`, one attempt and one fencing number on.
  virtual std::optional<JobRow> claim_job(std::string_view owner, base::Micros now, base::Micros lease_until) = 0;
  // Writes state, run_at, lease_until, done, total, unit and error, if `job.fencing` is still the row's and the row is
  // running. False when it is not. A state other than running gives the lease back.
  virtual bool update_job(const JobRow& job, base::Micros now) = 0;
};

}  // namespace boathouse::meta
