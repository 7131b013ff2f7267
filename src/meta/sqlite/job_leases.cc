// SPDX-License-Identifier: Apache-2.0
// What the holders of jobs do: claim, report, end. Every write after the claim asks for its fencing number.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "meta/sqlite/job_rows.h"

namespace boathouse::meta::sqlite {
namespace {

// The id of the job to serve next. ?1 owner, ?2 now, ?3 kinds (JSON), ?4 most of a workspace.
// The first of each workspace and kind is found by its index, so that a long queue costs no more than a short one.
const std::string kNext =
    "WITH RECURSIVE waiting (workspace_id) AS (SELECT min(workspace_id) FROM jobs WHERE state = 'queued' UNION ALL "
    "SELECT (SELECT min(workspace_id) FROM jobs WHERE state = 'queued' AND workspace_id > w.workspace_id) "
    "FROM waiting w WHERE w.workspace_id IS NOT NULL), "
    "first (id) AS (SELECT (SELECT j.id FROM jobs j INDEXED BY jobs_waiting WHERE j.state = 'queued' "
    "AND j.workspace_id = w.workspace_id AND j.kind = k.value AND j.run_at <= ?2 "
    "AND NOT (j.single AND EXISTS (SELECT 1 FROM jobs r WHERE r.single AND r.state = 'running' AND r.kind = j.kind "
    "AND r.workspace_id = j.workspace_id AND r.object = j.object AND r.id <> j.id)) "
    "AND NOT (j.ordered AND EXISTS (SELECT 1 FROM jobs r WHERE r.ordered AND r.state IN ('queued', 'running') "
    "AND r.workspace_id = j.workspace_id AND r.kind = j.kind AND r.object = j.object AND r.id < j.id)) "
    "ORDER BY j.run_at, j.id LIMIT 1) FROM waiting w CROSS JOIN json_each(?3) k WHERE w.workspace_id IS NOT NULL "
    "UNION ALL SELECT id FROM jobs WHERE state = 'running' AND lease_until <= ?2 "
    "AND kind IN (SELECT value FROM json_each(?3))) "
    "SELECT j.id FROM first f JOIN jobs j ON j.id = f.id LEFT JOIN job_turns t ON t.workspace_id = j.workspace_id "
    "LEFT JOIN (SELECT workspace_id, count(*) AS running FROM jobs WHERE state = 'running' AND lease_owner = ?1 "
    "AND lease_until > ?2 AND kind IN (SELECT value FROM json_each(?3)) GROUP BY workspace_id) b "
    "ON b.workspace_id = j.workspace_id WHERE coalesce(b.running, 0) < ?4 "
    "ORDER BY coalesce(b.running, 0), coalesce(t.turn, 0), j.run_at, j.id LIMIT 1";
const std::string kClaim =
    "UPDATE jobs SET state = 'running', lease_owner = ?1, lease_until = ?5, fencing = fencing + 1, "
    "attempts = attempts + 1, started_at = ?2, updated_at = ?2 WHERE id = (" +
    kNext + ") RETURNING " + kJobColumns;
constexpr std::string_view kTakeTurn =
    "INSERT INTO job_turns (workspace_id, turn) SELECT ?, coalesce(max(turn), 0) + 1 FROM job_turns WHERE true "
    "ON CONFLICT (workspace_id) DO UPDATE SET turn = excluded.turn";
// A job that is asked to end is not queued once more.
constexpr std::string_view kEnd =
    "UPDATE jobs SET state = CASE WHEN ?3 = 'queued' AND cancel_requested THEN 'cancelled' ELSE ?3 END, "
    "finished_at = CASE WHEN ?3 = 'queued' AND NOT cancel_requested THEN 0 ELSE ?4 END, run_at = ?5, "
    "attempts = attempts - ?6, error = ?7, result = ?8, done = ?9, total = ?10, unit = ?11, "
    "lease_owner = '', lease_until = 0, updated_at = ?4 WHERE id = ?1 AND fencing = ?2 AND state = 'running'";
constexpr std::string_view kRelease =
    "UPDATE jobs SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END, "
    "finished_at = CASE WHEN cancel_requested THEN ?2 ELSE 0 END, run_at = ?2, lease_owner = '', lease_until = 0, "
    "updated_at = ?2 WHERE state = 'running' AND lease_owner = ?1";

std::string json_list(const std::vector<std::string>& texts) {
  return boost::json::serialize(boost::json::array(texts.begin(), texts.end()));
}

// The state of the job; nullopt when the lease is another's.
std::optional<JobState> held(Connection& connection, const JobReport& report) {
  Query query(connection, "SELECT state FROM jobs WHERE id = ? AND fencing = ?", report.id, report.fencing);
  return first(query, [](Query& row) { return parse_job_state(row.text()).value(); });
}

}  // namespace

void append_job_log(Connection& connection, const base::JobId& id, const std::vector<JobLogRow>& lines) {
  if (lines.empty()) return;
  std::int64_t newest = [&] {
    Query query(connection, "SELECT coalesce(max(n), 0) FROM job_logs WHERE job_id = ?", id);
    query.next();
    return query.integer();
  }();
  for (const JobLogRow& line : lines) {
    run(connection, "INSERT INTO job_logs (job_id, n, at, line) VALUES (?, ?, ?, ?)", id, ++newest, line.at, line.line);
  }
  run(connection, "DELETE FROM job_logs WHERE job_id = ? AND n <= ?", id, newest - kMaxJobLogLines);
}

bool finish_job(Connection& connection, const JobDone& done, base::Micros now) {
  return run(connection,
             "UPDATE jobs SET state = 'succeeded', finished_at = ?3, error = '', result = ?4, lease_owner = '', "
             "lease_until = 0, updated_at = ?3 WHERE id = ?1 AND fencing = ?2 AND state = 'running'",
             done.id, done.fencing, now, done.result) > 0;
}

std::optional<JobRow> Jobs::claim_job(const JobClaim& claim) {
  std::string kinds = json_list(claim.kinds);
  // Most looks find nothing; those cost no write.
  bool waits = database_.read([&](Connection& connection) {
    return Query(connection, kNext, claim.owner, claim.now, kinds, claim.most_of_workspace).next();
  });
  if (!waits) return std::nullopt;
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    auto job = [&] {
      Query query(connection, kClaim, claim.owner, claim.now, kinds, claim.most_of_workspace, claim.lease_until);
      return first(query, job_row);
    }();
    if (job) run(connection, kTakeTurn, job->workspace);
    return job;
  });
}

ReportOutcome Jobs::report_job(const JobReport& report, base::Micros now) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    std::optional<bool> cancel_requested = [&] {
      Query query(connection,
                  "UPDATE jobs SET lease_until = ?, done = ?, total = ?, unit = ?, updated_at = ? "
                  "WHERE id = ? AND fencing = ? AND state = 'running' RETURNING cancel_requested",
                  report.lease_until, report.done, report.total, report.unit, now, report.id, report.fencing);
      return first(query, [](Query& row) { return row.boolean(); });
    }();
    if (!cancel_requested && !held(connection, report)) return ReportOutcome::lost;
    append_job_log(connection, report.id, report.lines);
    return cancel_requested.value_or(false) ? ReportOutcome::cancel_requested : ReportOutcome::kept;
  });
}

std::optional<JobState> Jobs::end_job(const JobEnd& end, base::Micros now) {
  auto state = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    const JobReport& report = end.report;
    run(connection, kEnd, report.id, report.fencing, end.state, now, end.run_at, end.counts ? 0 : 1, end.error,
        end.result, report.done, report.total, report.unit);
    auto after = held(connection, report);
    if (after) append_job_log(connection, report.id, report.lines);
    return after;
  });
  signal_.changed();
  return state;
}

std::int64_t Jobs::release_jobs(std::string_view owner, base::Micros now) {
  return database_.write([&](Transaction& transaction) { return run(transaction.connection(), kRelease, owner, now); });
}

}  // namespace boathouse::meta::sqlite
