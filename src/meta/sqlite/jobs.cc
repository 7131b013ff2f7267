// SPDX-License-Identifier: Apache-2.0
// Jobs as people and use cases see them; what their holders do is in job_leases.cc.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "meta/sqlite/job_rows.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kInsert =
    "INSERT INTO jobs (" + kJobColumns +
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (kind, workspace_id, object) WHERE single AND state = 'queued' AND fencing = 0 DO NOTHING";
const std::string kFind = "SELECT " + kJobColumns + " FROM jobs WHERE id = ?";
const std::string kList =
    "SELECT " + kJobColumns +
    " FROM jobs WHERE (?1 IS NULL OR workspace_id IN (SELECT value FROM json_each(?1))) "
    "AND (?2 IS NULL OR NOT is_private OR user_id = ?2) AND (?3 IS NULL OR state = ?3) AND (?4 = '' OR kind = ?4) "
    "AND (?5 = '' OR object = ?5) AND (?6 IS NULL OR (created_at, id) < (?6, ?7)) "
    "ORDER BY created_at DESC, id DESC LIMIT ?8";
constexpr std::string_view kPrune =
    "DELETE FROM jobs WHERE id IN (SELECT id FROM (SELECT id, finished_at, "
    "row_number() OVER (PARTITION BY workspace_id ORDER BY finished_at DESC, id DESC) AS place "
    "FROM jobs WHERE finished_at > 0) WHERE finished_at < ?1 OR place > ?2 LIMIT ?3)";

std::int64_t queued(Connection& connection, const base::WorkspaceId& workspace, std::string_view kind) {
  Query query(connection, "SELECT count(*) FROM jobs WHERE state = 'queued' AND workspace_id = ? AND kind = ?",
              workspace, kind);
  query.next();
  return query.integer();
}

std::optional<std::string> json_list(const std::optional<std::vector<base::WorkspaceId>>& workspaces) {
  if (!workspaces) return std::nullopt;
  boost::json::array list;
  for (const base::WorkspaceId& workspace : *workspaces) list.emplace_back(workspace.value);
  return boost::json::serialize(list);
}

}  // namespace

JobRow job_row(Query& row) {
  return {.id = base::JobId(row.text()),
          .kind = row.text(),
          .workspace = base::WorkspaceId(row.text()),
          .object = row.text(),
          .user = base::UserId(row.text()),
          .is_private = row.boolean(),
          .single = row.boolean(),
          .ordered = row.boolean(),
          .cancellable = row.boolean(),
          .cancel_requested = row.boolean(),
          .state = parse_job_state(row.text()).value(),
          .payload = row.text(),
          .result = row.text(),
          .error = row.text(),
          .attempts = row.integer(),
          .max_attempts = row.integer(),
          .run_at = row.integer(),
          .lease_owner = row.text(),
          .lease_until = row.integer(),
          .fencing = row.integer(),
          .done = row.integer(),
          .total = row.integer(),
          .unit = row.text(),
          .created_at = row.integer(),
          .queued_at = row.integer(),
          .started_at = row.integer(),
          .finished_at = row.integer(),
          .updated_at = row.integer()};
}

bool insert_job(Connection& connection, const JobRow& job) {
  return run(connection, kInsert, job.id, job.kind, job.workspace, job.object, job.user, job.is_private, job.single,
             job.ordered, job.cancellable, job.cancel_requested, job.state, job.payload, job.result, job.error,
             job.attempts, job.max_attempts, job.run_at, job.lease_owner, job.lease_until, job.fencing, job.done,
             job.total, job.unit, job.created_at, job.queued_at, job.started_at, job.finished_at, job.updated_at) > 0;
}

void cancel_private_jobs(Connection& connection, const base::UserId& user, base::Micros now) {
  run(connection,
      "UPDATE jobs SET cancel_requested = 1, updated_at = ?2, finished_at = iif(state = 'queued', ?2, 0), "
      "state = iif(state = 'queued', 'cancelled', state) "
      "WHERE user_id = ?1 AND is_private AND state IN ('queued', 'running')",
      user, now);
}

QueueOutcome Jobs::insert_job(const JobRow& job, std::optional<std::int64_t> most_queued) {
  QueueOutcome outcome = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!sqlite::insert_job(connection, job)) return QueueOutcome::waits_already;
    if (!most_queued || queued(connection, job.workspace, job.kind) <= *most_queued) return QueueOutcome::queued;
    transaction.roll_back();
    return QueueOutcome::full;
  });
  if (outcome == QueueOutcome::queued) signal_.changed();
  return outcome;
}

std::optional<JobRow> Jobs::find_job(const base::JobId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kFind, id);
    return first(query, job_row);
  });
}

std::vector<JobRow> Jobs::list_jobs(const JobListing& listing) {
  return database_.read([&](Connection& connection) {
    std::optional<std::string> workspaces = json_list(listing.workspaces);
    std::optional<base::Micros> created_at;
    std::optional<base::JobId> id;
    if (listing.after) {
      created_at = listing.after->created_at;
      id = listing.after->id;
    }
    Query query(connection, kList, workspaces, listing.seen_by, listing.state, listing.kind, listing.object, created_at,
                id, listing.limit);
    return all(query, job_row);
  });
}

std::vector<JobLogRow> Jobs::job_log(const base::JobId& id, std::int64_t after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection, "SELECT n, at, line FROM job_logs WHERE job_id = ? AND n > ? ORDER BY n LIMIT ?", id, after,
                limit);
    return all(query,
               [](Query& row) { return JobLogRow{.n = row.integer(), .at = row.integer(), .line = row.text()}; });
  });
}

std::int64_t Jobs::count_queued(const base::WorkspaceId& workspace, std::string_view kind) {
  return database_.read([&](Connection& connection) { return queued(connection, workspace, kind); });
}

std::vector<JobCount> Jobs::count_jobs() {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT kind, state, count(*) FROM jobs WHERE state IN ('queued', 'running') GROUP BY kind, state");
    return all(query, [](Query& row) {
      return JobCount{.kind = row.text(), .state = parse_job_state(row.text()).value(), .count = row.integer()};
    });
  });
}

CancelOutcome Jobs::cancel_job(const base::JobId& id, base::Micros now) {
  CancelOutcome outcome = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    auto job = [&] {
      Query query(connection, kFind, id);
      return first(query, job_row);
    }();
    if (!job) return CancelOutcome::gone;
    if (job->finished_at > 0) return CancelOutcome::ended;
    if (!job->cancellable) return CancelOutcome::not_cancellable;
    bool is_running = job->state == JobState::running;
    run(connection, "UPDATE jobs SET cancel_requested = 1, state = ?, finished_at = ?, updated_at = ? WHERE id = ?",
        is_running ? JobState::running : JobState::cancelled, is_running ? 0 : now, now, id);
    return is_running ? CancelOutcome::requested : CancelOutcome::cancelled;
  });
  signal_.changed();
  return outcome;
}

RetryOutcome Jobs::retry_job(const base::JobId& id, base::Micros now) {
  RetryOutcome outcome = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    // The fencing number grows, so that a single job that never started does not stand for one that waits.
    if (run(connection,
            "UPDATE jobs SET state = 'queued', fencing = fencing + 1, attempts = 0, cancel_requested = 0, run_at = ?1, "
            "queued_at = ?1, updated_at = ?1, finished_at = 0, done = 0, total = 0 "
            "WHERE id = ?2 AND state IN ('failed', 'cancelled')",
            now, id) > 0) {
      return RetryOutcome::queued;
    }
    Query query(connection, "SELECT state FROM jobs WHERE id = ?", id);
    if (!query.next()) return RetryOutcome::gone;
    return parse_job_state(query.text()) == JobState::succeeded ? RetryOutcome::succeeded : RetryOutcome::not_ended;
  });
  if (outcome == RetryOutcome::queued) signal_.changed();
  return outcome;
}

std::int64_t Jobs::prune_jobs(base::Micros before, std::int64_t keep, std::int64_t limit) {
  return database_.write([&](Transaction& transaction) {
    std::int64_t removed = run(transaction.connection(), kPrune, before, keep, limit);
    run(transaction.connection(), "DELETE FROM job_turns WHERE workspace_id NOT IN (SELECT workspace_id FROM jobs)");
    return removed;
  });
}

}  // namespace boathouse::meta::sqlite
