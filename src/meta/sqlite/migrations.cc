// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/migrations.h"

#include <array>

#include "base/time.h"
#include "meta/sqlite/migration_steps.h"

namespace boathouse::meta::sqlite {
namespace {

// Step 1. The first two tables are Iceberg's JDBC catalog, column for column: other engines read them.
constexpr const char* kFirst = R"sql(
CREATE TABLE iceberg_tables (
  catalog_name VARCHAR(255) NOT NULL,
  table_namespace VARCHAR(255) NOT NULL,
  table_name VARCHAR(255) NOT NULL,
  metadata_location VARCHAR(1000),
  previous_metadata_location VARCHAR(1000),
  iceberg_type VARCHAR(5),
  PRIMARY KEY (catalog_name, table_namespace, table_name));
CREATE TABLE iceberg_namespace_properties (
  catalog_name VARCHAR(255) NOT NULL,
  namespace VARCHAR(255) NOT NULL,
  property_key VARCHAR(255) NOT NULL,
  property_value VARCHAR(1000),
  PRIMARY KEY (catalog_name, namespace, property_key));

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  limits TEXT NOT NULL,
  created_at INTEGER NOT NULL);
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  temporary INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  personal_workspace_id TEXT NOT NULL UNIQUE REFERENCES workspaces (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE TABLE members (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'owner')),
  PRIMARY KEY (workspace_id, user_id));
CREATE INDEX members_by_user ON members (user_id);
CREATE TABLE refresh_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER);
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id, created_at);
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  workspace_id TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
  role TEXT CHECK (role IN ('viewer', 'editor', 'owner')),
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used INTEGER);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, created_at);
CREATE INDEX api_tokens_by_workspace ON api_tokens (workspace_id);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  target TEXT NOT NULL,
  workspace_id TEXT,
  outcome TEXT NOT NULL,
  request_id TEXT NOT NULL);

CREATE TABLE tables (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  location TEXT NOT NULL,
  contract TEXT NOT NULL,
  settings TEXT NOT NULL,
  quarantine_of TEXT UNIQUE REFERENCES tables (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  byte_count INTEGER NOT NULL,
  file_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (workspace_id, name_folded));
CREATE TABLE insights (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  sql TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  description TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name_folded));

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  table_id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  door TEXT NOT NULL,
  file_name TEXT NOT NULL,
  mode TEXT NOT NULL,
  rows_received INTEGER NOT NULL,
  rows_accepted INTEGER NOT NULL,
  rows_rejected INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL);
CREATE INDEX batches_by_request ON batches (request_id);
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  answer TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key));
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
CREATE TABLE landing_positions (
  node TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (node, position));
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  object TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  payload TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  fencing INTEGER NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  unit TEXT NOT NULL,
  error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE INDEX jobs_by_state ON jobs (state, run_at);
CREATE INDEX jobs_by_workspace ON jobs (workspace_id, created_at);

CREATE TABLE store_state (settled INTEGER NOT NULL);
INSERT INTO store_state VALUES (0);
)sql";

constexpr const char* kAccessKeys = R"sql(
CREATE TABLE access_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  workspace_id TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
  role TEXT CHECK (role IN ('viewer', 'editor', 'owner')),
  sealed_secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used INTEGER);
CREATE INDEX access_keys_by_user ON access_keys (user_id, created_at);
CREATE INDEX access_keys_by_workspace ON access_keys (workspace_id);
CREATE INDEX audit_by_workspace ON audit (workspace_id, id);
)sql";

// Step 3. Jobs that are seen, cancelled and retried, with their logs; whose turn it is among workspaces.
constexpr const char* kJobs = R"sql(
ALTER TABLE jobs ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN is_private INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN single INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN cancellable INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN cancel_requested INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN result TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN max_attempts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN started_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN finished_at INTEGER NOT NULL DEFAULT 0;
DROP INDEX jobs_by_state;
CREATE INDEX jobs_unfinished ON jobs (state, workspace_id, run_at, kind) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_age ON jobs (created_at, id);
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at > 0;
CREATE UNIQUE INDEX jobs_single_waiting ON jobs (kind, workspace_id, object)
  WHERE single AND state = 'queued' AND fencing = 0;
CREATE UNIQUE INDEX jobs_single_running ON jobs (kind, workspace_id, object) WHERE single AND state = 'running';
CREATE TABLE job_logs (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (job_id, n)) WITHOUT ROWID;
CREATE TABLE job_turns (workspace_id TEXT PRIMARY KEY, turn INTEGER NOT NULL);
)sql";

constexpr const char* kBatchBranches = R"sql(
ALTER TABLE batches ADD COLUMN branch TEXT NOT NULL DEFAULT 'main';
)sql";

constexpr const char* kUserPool = R"sql(
ALTER TABLE users ADD COLUMN srp_verifier TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN sign_outs INTEGER NOT NULL DEFAULT 0;
CREATE TABLE user_pools (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  created_at INTEGER NOT NULL);
CREATE TABLE pool_clients (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  sealed_secret TEXT NOT NULL,
  flows TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE INDEX pool_clients_by_age ON pool_clients (created_at, id);
CREATE TABLE pool_groups (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  precedence INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE TABLE pool_group_members (
  group_name TEXT NOT NULL REFERENCES pool_groups (name) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_name, user_id)) WITHOUT ROWID;
CREATE INDEX pool_groups_by_member ON pool_group_members (user_id);
)sql";

// How far landing logs are in each table.
constexpr const char* kLandings = R"sql(
DROP TABLE landing_positions;
CREATE TABLE landing_positions (
  node TEXT NOT NULL,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  table_folded TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (node, workspace_id, table_folded)) WITHOUT ROWID;
)sql";

// Buckets. Of a key, the row with the highest number is the latest version; what clients list is in an index of its own.
constexpr const char* kBuckets = R"sql(
CREATE TABLE buckets (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  versioning INTEGER NOT NULL,
  notification TEXT NOT NULL,
  tags TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (workspace_id, name));
CREATE TABLE object_versions (
  bucket_id TEXT NOT NULL REFERENCES buckets (id),
  key TEXT NOT NULL,
  number INTEGER NOT NULL,
  version TEXT NOT NULL,
  is_latest INTEGER NOT NULL,
  is_marker INTEGER NOT NULL,
  file TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  facts TEXT NOT NULL,
  tags TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (bucket_id, key, number DESC)) WITHOUT ROWID;
CREATE UNIQUE INDEX objects_by_version ON object_versions (bucket_id, key, version);
CREATE UNIQUE INDEX objects_listed ON object_versions (bucket_id, key) WHERE is_latest = 1 AND is_marker = 0;
CREATE UNIQUE INDEX objects_by_file ON object_versions (file) WHERE file <> '';
CREATE TABLE object_uploads (
  id TEXT PRIMARY KEY,
  bucket_id TEXT NOT NULL REFERENCES buckets (id),
  key TEXT NOT NULL,
  facts TEXT NOT NULL,
  tags TEXT NOT NULL,
  who TEXT NOT NULL,
  at INTEGER NOT NULL);
CREATE INDEX uploads_by_key ON object_uploads (bucket_id, key, id);
CREATE TABLE object_parts (
  upload_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  file TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  checksum TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (upload_id, number)) WITHOUT ROWID;
)sql";

constexpr const char* kSinks = R"sql(
CREATE TABLE sinks (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  kind TEXT NOT NULL,
  sealed_url TEXT NOT NULL,
  options TEXT NOT NULL,
  tables TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (workspace_id, name_folded));
CREATE TABLE sink_tables (
  sink_id TEXT NOT NULL REFERENCES sinks (id) ON DELETE CASCADE,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  PRIMARY KEY (sink_id, workspace_id, name_folded));
CREATE TABLE fed_tables (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  sinks TEXT,
  PRIMARY KEY (workspace_id, name_folded));
CREATE TABLE sink_copies (
  sink_id TEXT NOT NULL REFERENCES sinks (id) ON DELETE CASCADE,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name_folded TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  target TEXT NOT NULL,
  error TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (sink_id, workspace_id, name_folded));
)sql";

// What becomes of objects: rules, and runs over versions, which keep their bytes. Jobs that run one after the other; each
// look for the next job takes the first of every workspace and kind.
constexpr const char* kTriggers = R"sql(
ALTER TABLE buckets ADD COLUMN has_default_trigger INTEGER NOT NULL DEFAULT 0;
CREATE TABLE triggers (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  bucket TEXT NOT NULL,
  prefix TEXT NOT NULL,
  suffix TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name_folded)) WITHOUT ROWID;
CREATE INDEX triggers_by_bucket ON triggers (workspace_id, bucket);
CREATE TABLE object_runs (
  job_id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  bucket_id TEXT NOT NULL,
  key TEXT NOT NULL,
  number INTEGER NOT NULL,
  version TEXT NOT NULL,
  file TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX runs_by_trigger ON object_runs (workspace_id, trigger_name, job_id);
CREATE INDEX runs_by_version ON object_runs (bucket_id, key, number);
CREATE INDEX runs_by_file ON object_runs (file) WHERE file <> '';
CREATE INDEX runs_by_upload ON object_runs (upload_id) WHERE upload_id <> '';
ALTER TABLE jobs ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_in_order ON jobs (workspace_id, kind, object, id)
  WHERE ordered AND state IN ('queued', 'running');
CREATE INDEX jobs_waiting ON jobs (workspace_id, kind, run_at, id) WHERE state = 'queued';
)sql";

// Flows: projects with tasks and one dataset each. An event outlives the task that it tells of.
constexpr const char* kFlows = R"sql(
CREATE INDEX users_by_email ON users (email COLLATE NOCASE) WHERE email <> '';
CREATE TABLE flow_users (
  uid INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE flow_refresh_tokens (
  rtid INTEGER PRIMARY KEY AUTOINCREMENT,
  uid INTEGER NOT NULL UNIQUE REFERENCES flow_users (uid) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL);
CREATE TABLE flows (
  fid INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  owner_id TEXT REFERENCES users (id) ON DELETE SET NULL,
  title TEXT NOT NULL,
  description TEXT,
  rules TEXT NOT NULL,
  dataset_table TEXT NOT NULL,
  dataset INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (workspace_id, title));
CREATE INDEX flows_by_owner ON flows (owner_id, title);
CREATE INDEX flows_with_rules ON flows (workspace_id) WHERE rules <> '[]';
CREATE TABLE flow_members (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  fid INTEGER NOT NULL REFERENCES flows (fid) ON DELETE CASCADE,
  PRIMARY KEY (user_id, fid)) WITHOUT ROWID;
CREATE INDEX flow_members_by_flow ON flow_members (fid);
CREATE TABLE flow_tasks (
  tid INTEGER PRIMARY KEY AUTOINCREMENT,
  fid INTEGER NOT NULL REFERENCES flows (fid) ON DELETE CASCADE,
  title TEXT NOT NULL,
  description TEXT,
  status TEXT NOT NULL,
  assignee_id TEXT REFERENCES users (id) ON DELETE SET NULL,
  due TEXT NOT NULL,
  target TEXT NOT NULL,
  cause TEXT NOT NULL,
  mended_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (fid, title));
CREATE INDEX flow_tasks_in_order ON flow_tasks (fid, tid);
CREATE INDEX flow_tasks_by_assignee ON flow_tasks (assignee_id, fid, tid) WHERE assignee_id IS NOT NULL;
CREATE UNIQUE INDEX flow_tasks_by_cause ON flow_tasks (fid, cause) WHERE cause <> '' AND status <> 'done';
CREATE TABLE flow_comments (
  cid INTEGER PRIMARY KEY AUTOINCREMENT,
  fid INTEGER NOT NULL REFERENCES flows (fid) ON DELETE CASCADE,
  tid INTEGER REFERENCES flow_tasks (tid) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  author TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL);
CREATE INDEX flow_comments_by_flow ON flow_comments (fid, cid);
CREATE INDEX flow_comments_by_task ON flow_comments (tid, cid) WHERE tid IS NOT NULL;
CREATE TABLE flow_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fid INTEGER NOT NULL REFERENCES flows (fid) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  tid INTEGER,
  detail TEXT NOT NULL);
CREATE INDEX flow_events_by_flow ON flow_events (fid, id);
CREATE TABLE flow_datasets (
  fid INTEGER NOT NULL REFERENCES flows (fid) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  bucket TEXT NOT NULL,
  key TEXT NOT NULL,
  object_version TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  rows_rejected INTEGER NOT NULL,
  who TEXT NOT NULL,
  summary_job TEXT NOT NULL,
  summary TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (fid, number)) WITHOUT ROWID;
)sql";

constexpr std::array kSteps = {kFirst, kAccessKeys, kJobs,  kBatchBranches, kUserPool,    kLandings,    kBuckets,
                               kSinks, kTriggers,   kFlows, kProfiles,      kBucketBytes, kWatchedFiles};

int current_schema(Connection& connection) {
  Query query(connection, "SELECT coalesce(max(version), 0) FROM schema_migrations");
  query.next();
  return static_cast<int>(query.integer());
}

void apply_missing(Connection& connection) {
  connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)");
  int current = current_schema(connection);
  if (current > newest_schema()) {
    throw base::Error(base::ErrorKind::conflict, "The data directory was written by a newer Boathouse (schema " +
                                                     std::to_string(current) + "; this one knows " +
                                                     std::to_string(newest_schema()) +
                                                     "). Start that version or a later one.");
  }
  for (int step = current; step < newest_schema(); ++step) {
    connection.execute(kSteps[static_cast<std::size_t>(step)]);
    run(connection, "INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)", step + 1, base::now_micros());
  }
}

}  // namespace

int newest_schema() { return static_cast<int>(kSteps.size()); }

void migrate(Connection& connection) {
  connection.execute("BEGIN IMMEDIATE");
  try {
    apply_missing(connection);
    connection.execute("COMMIT");
  } catch (...) {
    if (!sqlite3_get_autocommit(connection.handle())) connection.try_execute("ROLLBACK");
    throw;
  }
}

}  // namespace boathouse::meta::sqlite
