// SPDX-License-Identifier: Apache-2.0
// Jobs as people and doors see them: queue, look, wait, cancel, retry. A job is its workspace's: viewers look, editors
// cancel and retry; one that is private only its own user's; one of no workspace belongs to who administers the
// installation. For everybody else it is not_found. Blocking; any thread.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "auth/auth.h"
#include "core/tables.h"

namespace boathouse::core {

// How many queued jobs of a kind a workspace may have; past it Error{too_many_requests}. Jobs that a commit queues are not refused.
inline constexpr std::int64_t kMaxQueuedJobs = 1000;

struct JobFilter {
  std::optional<std::string> workspace;  // name; nullopt: all that the caller is a member of
  std::optional<meta::JobState> state;
  std::string kind;    // empty: any
  std::string object;  // empty: any
};

struct JobPage {
  std::vector<meta::JobRow> jobs;
  std::string next;  // page token; empty on the last page
};

class Jobs {
 public:
  // Both outlive this.
  Jobs(meta::MetaStore& meta, auth::Auth& auth) : meta_(meta), auth_(auth) {}

  // Whoever calls has decided the permission. Durable once it returns. False when the job is single and one like it waits
  // already.
  bool queue(const meta::JobRow& job) const;
  // The job once it has ended; as it is when `deadline` (steady_micros()) comes first. Error{cancelled} on stop. Whoever
  // calls has decided the permission.
  meta::JobRow wait(const base::JobId& id, base::Micros deadline, const std::stop_token& stop = {}) const;

  meta::JobRow get(const auth::Principal& principal, const base::JobId& id) const;
  // Newest first.
  JobPage list(const auth::Principal& principal, const JobFilter& filter, const Page& page) const;
  // Oldest first, those numbered higher than `after`.
  std::vector<meta::JobLogRow> log(const auth::Principal& principal, const base::JobId& id, std::int64_t after,
                                   std::size_t limit) const;

  // The job as it is then. A queued one is cancelled, a running one will be soon. Error{conflict} when it has ended or may
  // not be cancelled.
  meta::JobRow cancel(const auth::Caller& caller, const base::JobId& id) const;
  // The job, queued again with all its attempts before it. Error{conflict} unless it failed or was cancelled.
  meta::JobRow retry(const auth::Caller& caller, const base::JobId& id) const;

 private:
  meta::JobRow decide(const auth::Principal& principal, auth::Action action, const base::JobId& id) const;
  void cancel_or_throw(const base::JobId& id) const;
  void retry_or_throw(const base::JobId& id) const;
  // Decides and does `work`. On the installation's own jobs that is administration, and leaves a row in the audit log.
  template <class Work>
  void administer(const auth::Caller& caller, const char* what, const base::JobId& id, Work work) const;

  meta::MetaStore& meta_;
  auth::Auth& auth_;
};

}  // namespace boathouse::core
