// SPDX-License-Identifier: Apache-2.0
#include "core/jobs.h"

#include <charconv>

#include "auth/audited.h"
#include "base/error.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

// How often a job is looked at while another process may be running it.
constexpr std::chrono::milliseconds kLook{500};

Error no_such_job() { return Error(ErrorKind::not_found, "there is no such job"); }

// "<created_at>.<id>"
std::string token_of(const meta::JobRow& job) { return fmt::format("{}.{}", job.created_at, job.id.value); }

meta::JobPlace place_of(const std::string& token) {
  meta::JobPlace place;
  auto [end, failed] = std::from_chars(token.data(), token.data() + token.size(), place.created_at);
  auto at = static_cast<std::size_t>(end - token.data());
  if (failed != std::errc() || at >= token.size() || token[at] != '.') {
    throw Error(ErrorKind::invalid_argument, "page_token is not one that a list gave").with("parameter", "page_token");
  }
  place.id = base::JobId(token.substr(at + 1));
  return place;
}

}  // namespace

bool Jobs::queue(const meta::JobRow& job) const {
  switch (meta_.jobs().insert_job(job, kMaxQueuedJobs)) {
    case meta::QueueOutcome::queued: return true;
    case meta::QueueOutcome::waits_already: return false;
    case meta::QueueOutcome::full: break;
  }
  throw Error(
      ErrorKind::too_many_requests,
      fmt::format("{} jobs of this workspace and kind wait already: try again when some are done", kMaxQueuedJobs))
      .with("limit", kMaxQueuedJobs);
}

meta::JobRow Jobs::wait(const base::JobId& id, base::Micros deadline, const std::stop_token& stop) const {
  meta::JobSignal& signal = meta_.jobs().signal();
  std::stop_callback wake(stop, [&] { signal.changed(); });
  for (;;) {
    std::uint64_t seen = signal.seen();
    auto job = meta_.jobs().find_job(id);
    if (!job) throw no_such_job();
    base::Micros left = deadline - base::steady_micros();
    if (job->finished_at > 0 || left <= 0) return *std::move(job);
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "nobody waits for the job any more");
    signal.wait(seen, std::min(kLook, std::chrono::milliseconds(left / base::kMillisecond + 1)));
  }
}

meta::JobRow Jobs::decide(const auth::Principal& principal, auth::Action action, const base::JobId& id) const {
  auto job = meta_.jobs().find_job(id);
  if (!job || (job->is_private && job->user != principal.user)) throw no_such_job();
  if (job->workspace.empty()) {
    if (!principal.is_admin) throw no_such_job();
    return *std::move(job);
  }
  try {
    auth_.access.decide(principal, action, job->workspace);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) throw no_such_job();
    throw;
  }
  return *std::move(job);
}

meta::JobRow Jobs::get(const auth::Principal& principal, const base::JobId& id) const {
  return decide(principal, auth::Action::read, id);
}

JobPage Jobs::list(const auth::Principal& principal, const JobFilter& filter, const Page& page) const {
  meta::JobListing listing{.workspaces = std::vector<base::WorkspaceId>(),
                           .seen_by = principal.user,
                           .state = filter.state,
                           .kind = filter.kind,
                           .object = filter.object,
                           .limit = page.limit + 1};
  if (filter.workspace) {
    listing.workspaces->push_back(auth_.access.decide(principal, auth::Action::read, *filter.workspace).workspace.id);
  } else {
    for (const meta::Membership& membership : auth_.accounts.list_workspaces(principal)) {
      listing.workspaces->push_back(membership.workspace.id);
    }
    if (principal.is_admin) listing.workspaces->emplace_back();
  }
  if (!page.token.empty()) listing.after = place_of(page.token);
  JobPage answer{.jobs = meta_.jobs().list_jobs(listing), .next = {}};
  if (answer.jobs.size() > page.limit) {
    answer.jobs.resize(page.limit);
    answer.next = token_of(answer.jobs.back());
  }
  return answer;
}

std::vector<meta::JobLogRow> Jobs::log(const auth::Principal& principal, const base::JobId& id, std::int64_t after,
                                       std::size_t limit) const {
  decide(principal, auth::Action::read, id);
  return meta_.jobs().job_log(id, after, limit);
}

template <class Work>
void Jobs::administer(const auth::Caller& caller, const char* what, const base::JobId& id, Work work) const {
  auto change = [&] {
    decide(caller.principal, auth::Action::write, id);
    work();
  };
  auto job = meta_.jobs().find_job(id);
  if (!job || !job->workspace.empty()) return change();
  auth::audited(meta_, caller, what, id.value, [&](const meta::AuditRow& audit) {
    change();
    auth::note(meta_, audit);
  });
}

meta::JobRow Jobs::cancel(const auth::Caller& caller, const base::JobId& id) const {
  administer(caller, "cancel-job", id, [&] { cancel_or_throw(id); });
  return decide(caller.principal, auth::Action::read, id);
}

meta::JobRow Jobs::retry(const auth::Caller& caller, const base::JobId& id) const {
  administer(caller, "retry-job", id, [&] { retry_or_throw(id); });
  return decide(caller.principal, auth::Action::read, id);
}

void Jobs::cancel_or_throw(const base::JobId& id) const {
  switch (meta_.jobs().cancel_job(id, base::now_micros())) {
    case meta::CancelOutcome::cancelled:
    case meta::CancelOutcome::requested: return;
    case meta::CancelOutcome::gone: throw no_such_job();
    case meta::CancelOutcome::ended: throw Error(ErrorKind::conflict, "the job has ended: nothing is left to cancel");
    case meta::CancelOutcome::not_cancellable:
      throw Error(ErrorKind::conflict, "a job of this kind cannot be cancelled: it is best left to end");
  }
}

void Jobs::retry_or_throw(const base::JobId& id) const {
  switch (meta_.jobs().retry_job(id, base::now_micros())) {
    case meta::RetryOutcome::queued: return;
    case meta::RetryOutcome::gone: throw no_such_job();
    case meta::RetryOutcome::not_ended:
      throw Error(ErrorKind::conflict, "the job has not ended: only failed and cancelled jobs can be retried");
    case meta::RetryOutcome::succeeded:
      throw Error(ErrorKind::conflict, "the job has succeeded: only failed and cancelled jobs can be retried");
  }
}

}  // namespace boathouse::core
