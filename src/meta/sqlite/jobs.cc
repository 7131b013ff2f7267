// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kColumns =
    "id, kind, workspace_id, object, state, payload, attempts, run_at, lease_owner, lease_until, fencing, done, total, "
    "unit, error, created_at, updated_at";
const std::string kInsert =
    "INSERT INTO jobs (" + kColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const std::string kFind = "SELECT " + kColumns + " FROM jobs WHERE id = ?";
const std::string kList =
    "SELECT " + kColumns +
    " FROM jobs WHERE (?1 IS NULL OR workspace_id = ?1) AND (?2 IS NULL OR state = ?2) "
    "AND (?3 = '' OR kind = ?3) AND (?4 = '' OR object = ?4) ORDER BY created_at DESC, id DESC LIMIT ?5";
const std::string kClaim =
    "UPDATE jobs SET state = 'running', lease_owner = ?1, lease_until = ?3, fencing = fencing + 1, "
    "attempts = attempts + 1, updated_at = ?2 WHERE id = (SELECT id FROM jobs WHERE "
    "(state = 'queued' AND run_at <= ?2) OR (state = 'running' AND lease_until <= ?2) ORDER BY run_at, id LIMIT 1) "
    "RETURNING " +
    kColumns;

JobRow job_row(Query& row) {
  return {.id = base::JobId(row.text()),
          .kind = row.text(),
          .workspace = base::WorkspaceId(row.text()),
          .object = row.text(),
          .state = parse_job_state(row.text()).value(),
          .payload = row.text(),
          .attempts = row.integer(),
          .run_at = row.integer(),
          .lease_owner = row.text(),
          .lease_until = row.integer(),
          .fencing = row.integer(),
          .done = row.integer(),
          .total = row.integer(),
          .unit = row.text(),
          .error = row.text(),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

}  // namespace

void insert_job(Connection& connection, const JobRow& job) {
  run(connection, kInsert, job.id, job.kind, job.workspace, job.object, job.state, job.payload, job.attempts,
      job.run_at, job.lease_owner, job.lease_until, job.fencing, job.done, job.total, job.unit, job.error,
      job.created_at, job.updated_at);
}

void Jobs::insert_job(const JobRow& job) {
  database_.write([&](Transaction& transaction) { sqlite::insert_job(transaction.connection(), job); });
}

std::optional<JobRow> Jobs::find_job(const base::JobId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kFind, id);
    return first(query, job_row);
  });
}

std::vector<JobRow> Jobs::list_jobs(const JobListing& listing) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, listing.workspace, listing.state, listing.kind, listing.object, listing.limit);
    return all(query, job_row);
  });
}

std::optional<JobRow> Jobs::claim_job(std::string_view owner, base::Micros now, base::Micros lease_until) {
  return database_.write([&](Transaction& transaction) {
    Query query(transaction.connection(), kClaim, owner, now, lease_until);
    return first(query, job_row);
  });
}

bool Jobs::update_job(const JobRow& job, base::Micros now) {
  return database_.write([&](Transaction& transaction) {
    bool keeps_lease = job.state == JobState::running;
    return run(transaction.connection(),
               "UPDATE jobs SET state = ?, run_at = ?, lease_owner = ?, lease_until = ?, done = ?, total = ?, "
               "unit = ?, error = ?, updated_at = ? WHERE id = ? AND fencing = ? AND state = 'running'",
               job.state, job.run_at, keeps_lease ? std::string_view(job.lease_owner) : std::string_view(),
               keeps_lease ? job.lease_until : 0, job.done, job.total, job.unit, job.error, now, job.id,
               job.fencing) > 0;
  });
}

}  // namespace boathouse::meta::sqlite
