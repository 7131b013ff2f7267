// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/migrations.h"

#include <array>

#include "base/time.h"

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

constexpr std::array kSteps = {kFirst, kAccessKeys, kJobs, kBatchBranches, kUserPool, kLandings};

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
