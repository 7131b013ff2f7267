// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/triggers.h"

#include "base/encoding.h"
#include "meta/sqlite/buckets.h"
#include "meta/sqlite/job_rows.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kSelect =
    "SELECT workspace_id, name, bucket, prefix, suffix, settings, created_at, updated_at FROM triggers "
    "WHERE workspace_id = ? ";
const std::string kFind = kSelect + "AND name_folded = ?";
const std::string kList = kSelect + "ORDER BY name_folded";
const std::string kOfBucket = kSelect + "AND bucket = ? ORDER BY name_folded";

// Each row of the index in its order, then the job by its id.
std::string runs_sql(std::string_view direction, std::string_view beyond) {
  return fmt::format(
      "SELECT j.* FROM object_runs r CROSS JOIN (SELECT {} FROM jobs) j ON j.id = r.job_id WHERE r.workspace_id = ?1 "
      "AND r.trigger_name = ?2 "
      "AND (?3 = '' OR r.job_id {} ?3) AND j.started_at > 0 "
      "AND j.updated_at >= ?4 ORDER BY r.job_id {} LIMIT ?5",
      kJobColumns, beyond, direction);
}
const std::string kRunsForward = runs_sql("ASC", ">");
const std::string kRunsBackward = runs_sql("DESC", "<");
// From one name to the next by the index, however many runs each has.
constexpr std::string_view kTriggersWithRuns =
    "WITH RECURSIVE names (name) AS (SELECT min(trigger_name) FROM object_runs WHERE workspace_id = ?1 UNION ALL "
    "SELECT (SELECT min(trigger_name) FROM object_runs WHERE workspace_id = ?1 AND trigger_name > name) FROM names "
    "WHERE name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL";

TriggerRow trigger_row(Query& row) {
  return {.workspace = base::WorkspaceId(row.text()),
          .name = row.text(),
          .bucket = row.text(),
          .prefix = row.text(),
          .suffix = row.text(),
          .settings = row.text(),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

RunRow run_row(Query& row) {
  return {.job = base::JobId(row.text()),
          .workspace = base::WorkspaceId(row.text()),
          .trigger = row.text(),
          .bucket = BucketId(row.text()),
          .key = row.text(),
          .number = row.integer(),
          .version = row.text(),
          .file = row.text(),
          .upload = UploadId(row.text()),
          .size = row.integer(),
          .etag = row.text(),
          .at = row.integer()};
}

std::optional<RunRow> run_of(Connection& connection, const base::JobId& job) {
  Query query(
      connection,
      "SELECT job_id, workspace_id, trigger_name, bucket_id, key, number, version, file, upload_id, size, etag, at "
      "FROM object_runs WHERE job_id = ?",
      job);
  return first(query, run_row);
}

bool exists(Connection& connection, std::string_view sql, std::string_view argument) {
  return Query(connection, sql, argument).next();
}

}  // namespace

std::vector<base::JobId> queue_runs(Connection& connection, const std::vector<NewRun>& runs, const ObjectRow& version) {
  std::vector<base::JobId> queued;
  for (const NewRun& wanted : runs) {
    JobRow job = wanted.job;
    // Transactions come one after the other, and so do the ids.
    job.id = base::JobId(base::uuid_v7());
    insert_job(connection, job);
    run(connection,
        "INSERT INTO object_runs (job_id, workspace_id, trigger_name, bucket_id, key, number, version, file, "
        "upload_id, "
        "size, etag, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        job.id, job.workspace, wanted.trigger, version.bucket, version.key, version.number, version.version,
        version.file, version.upload, version.size, version.etag, version.at);
    queued.push_back(std::move(job.id));
  }
  return queued;
}

void free_bytes(Connection& connection, const std::string& file, const UploadId& upload,
                std::vector<std::string>& files) {
  if (!file.empty() && !exists(connection, "SELECT 1 FROM object_runs WHERE file = ?1 AND file <> ''", file)) {
    files.push_back(file);
  }
  if (!upload.empty() &&
      !exists(connection, "SELECT 1 FROM object_runs WHERE upload_id = ?1 AND upload_id <> ''", upload.value)) {
    remove_parts(connection, upload, files);
  }
}

bool Triggers::put_trigger(const TriggerRow& trigger) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    const std::string folded = base::fold_case(trigger.name);
    const bool is_new = !Query(connection, kFind, trigger.workspace, folded).next();
    std::int64_t written =
        run(connection,
            "INSERT INTO triggers (workspace_id, name, name_folded, bucket, prefix, suffix, settings, created_at, "
            "updated_at) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM workspaces WHERE id = ?1 "
            "ON CONFLICT (workspace_id, name_folded) DO UPDATE SET name = excluded.name, bucket = excluded.bucket, "
            "prefix = excluded.prefix, suffix = excluded.suffix, settings = excluded.settings, "
            "updated_at = excluded.updated_at",
            trigger.workspace, trigger.name, folded, trigger.bucket, trigger.prefix, trigger.suffix, trigger.settings,
            trigger.created_at, trigger.updated_at);
    if (written == 0) throw base::Error(base::ErrorKind::not_found, "The workspace does not exist any more.");
    run(connection, "UPDATE buckets SET has_default_trigger = 0 WHERE workspace_id = ? AND name = ?", trigger.workspace,
        trigger.bucket);
    return is_new;
  });
}

std::optional<TriggerRow> Triggers::find_trigger(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.read([&](Connection& connection) {
    const std::string folded = base::fold_case(name);
    Query query(connection, kFind, workspace, folded);
    return first(query, trigger_row);
  });
}

std::vector<TriggerRow> Triggers::list_triggers(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, workspace);
    return all(query, trigger_row);
  });
}

std::vector<TriggerRow> Triggers::triggers_of(const base::WorkspaceId& workspace, std::string_view bucket) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kOfBucket, workspace, bucket);
    return all(query, trigger_row);
  });
}

bool Triggers::delete_trigger(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "DELETE FROM triggers WHERE workspace_id = ? AND name_folded = ?", workspace,
               base::fold_case(name)) > 0;
  });
}

std::optional<RunRow> Triggers::find_run(const base::JobId& job) {
  return database_.read([&](Connection& connection) { return run_of(connection, job); });
}

std::vector<RunState> Triggers::runs_of(const ObjectRow& version) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT r.job_id, j.state FROM object_runs r JOIN jobs j ON j.id = r.job_id "
                "WHERE r.bucket_id = ? AND r.key = ? AND r.number = ? AND r.at = ? ORDER BY r.job_id",
                version.bucket, version.key, version.number, version.at);
    return all(query, [](Query& row) {
      return RunState{.job = base::JobId(row.text()), .state = parse_job_state(row.text()).value()};
    });
  });
}

std::vector<JobRow> Triggers::list_runs(const RunListing& listing) {
  return database_.read([&](Connection& connection) {
    Query query(connection, listing.newest_first ? kRunsBackward : kRunsForward, listing.workspace, listing.trigger,
                listing.after, listing.changed_since, listing.limit);
    return all(query, job_row);
  });
}

std::vector<std::string> Triggers::triggers_with_runs(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kTriggersWithRuns, workspace);
    return all(query, [](Query& row) { return row.text(); });
  });
}

std::vector<std::string> Triggers::release(const base::JobId& job) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    std::vector<std::string> files;
    auto held = run_of(connection, job);
    if (!held) return files;
    if (exists(connection, "SELECT 1 FROM jobs WHERE id = ?", job.value)) {
      run(connection, "UPDATE object_runs SET file = '', upload_id = '' WHERE job_id = ?", job);
    } else {
      run(connection, "DELETE FROM object_runs WHERE job_id = ?", job);
    }
    const bool has_file =
        exists(connection, "SELECT 1 FROM object_versions WHERE file = ?1 AND file <> ''", held->file);
    const bool has_parts =
        !held->upload.empty() &&
        Query(connection, "SELECT 1 FROM object_versions WHERE bucket_id = ? AND key = ? AND upload_id = ?",
              held->bucket, held->key, held->upload)
            .next();
    free_bytes(connection, has_file ? "" : held->file, has_parts ? UploadId() : held->upload, files);
    return files;
  });
}

std::vector<base::JobId> Triggers::spent_runs(std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT r.job_id FROM object_runs r LEFT JOIN jobs j ON j.id = r.job_id WHERE j.id IS NULL "
                "OR (j.state = 'succeeded' AND (r.file <> '' OR r.upload_id <> '')) LIMIT ?",
                limit);
    return all(query, [](Query& row) { return base::JobId(row.text()); });
  });
}

}  // namespace boathouse::meta::sqlite
