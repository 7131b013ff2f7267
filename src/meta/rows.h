// SPDX-License-Identifier: Apache-2.0
// The rows of the metadata store as plain values: what every implementation of the port keeps and gives back. Times are
// microseconds UTC. Names are kept as given and compared without ASCII case (base::fold_case), which the store does
// itself. A text described as JSON is stored as it comes; its meaning belongs to the room that wrote it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::meta {

// The `catalog_name` of every row in `iceberg_tables` and `iceberg_namespace_properties`.
inline constexpr std::string_view kCatalogName = "boathouse";
// The workspace that a fresh installation has; its owners administer the installation.
inline constexpr std::string_view kMainWorkspace = "main";

// Ordered: a later one may do all that an earlier one may.
enum class Role { viewer, editor, owner };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

struct UserRow {
  base::UserId id{};
  std::string name{};           // unique
  std::string email{};          // empty: none
  std::string password_hash{};  // opaque to the store
  bool temporary = false;       // the password must be changed before it opens anything
  bool disabled = false;
  base::WorkspaceId personal_workspace{};
  std::string srp_verifier{};     // opaque to the store; empty: none for this password
  std::string attributes = "{}";  // JSON: what Cognito clients keep of a user beside the email
  std::int64_t sign_outs = 0;     // grows when all sessions of the user end
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

struct WorkspaceRow {
  base::WorkspaceId id{};
  std::string name{};          // unique; the Iceberg namespace
  base::UserId personal_of{};  // empty: nobody's personal one
  std::string limits = "{}";   // JSON
  base::Micros created_at = 0;
};

struct MemberRow {
  base::WorkspaceId workspace{};
  base::UserId user{};
  Role role = Role::viewer;
};

// A workspace as one of its members sees it.
struct Membership {
  WorkspaceRow workspace{};
  Role role = Role::viewer;
};

// A member as the workspace sees it.
struct Member {
  base::UserId user{};
  std::string name{};
  Role role = Role::viewer;
};

struct RefreshTokenRow {
  base::TokenId id{};
  base::UserId user{};
  std::string token_hash{};  // unique
  base::Micros created_at = 0;
  base::Micros expires_at = 0;
  std::optional<base::Micros> revoked_at{};
};

struct ApiTokenRow {
  base::TokenId id{};
  base::UserId user{};
  std::string name{};
  std::optional<base::WorkspaceId> workspace{};  // none: every workspace of its user
  std::optional<Role> role{};                    // none: its user's role
  std::string token_hash{};                      // unique
  base::Micros created_at = 0;
  std::optional<base::Micros> expires_at{};
  std::optional<base::Micros> last_used{};
};

// A key pair that S3 clients sign with. The secret must be known to check a signature, so it is sealed, not hashed.
struct AccessKeyRow {
  base::AccessKeyId id{};
  base::UserId user{};
  std::string name{};                            // empty: none
  std::optional<base::WorkspaceId> workspace{};  // none: every workspace of its user
  std::optional<Role> role{};                    // none: its user's role
  std::string sealed_secret{};                   // opaque to the store
  base::Micros created_at = 0;
  std::optional<base::Micros> expires_at{};
  std::optional<base::Micros> last_used{};
};

// The user pool as Cognito clients see it. There is one.
struct PoolRow {
  std::string id{};  // `<region>_<letters and digits>`
  base::Micros created_at = 0;
};

// An application that logs users of the pool in.
struct PoolClientRow {
  std::string id{};
  std::string name{};
  std::string sealed_secret{};  // opaque to the store; empty: a client without a secret
  std::string flows = "[]";     // JSON: the log-in flows that it may use, as clients name them; empty: all
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

struct PoolGroupRow {
  std::string name{};  // unique, case and all
  std::string description{};
  std::optional<std::int64_t> precedence{};
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

// Figures of a table's current version, kept beside the pointer so that listing opens no file.
struct TableFigures {
  base::SnapshotId version = 0;  // 0: no snapshot yet
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::int64_t files = 0;
};

struct TableRow {
  base::TableId id{};
  base::WorkspaceId workspace{};
  std::string name{};               // unique in its workspace
  std::string location{};           // URI of its folder
  std::string metadata_location{};  // URI of the current Iceberg metadata file: the catalog's pointer
  std::string contract{};           // JSON, empty: none
  std::string settings = "{}";      // JSON: keep_versions, keep_for, description
  base::TableId quarantine_of{};    // the table whose rejected rows this one holds; empty for a table of its own
  TableFigures figures{};
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

// One batch that was committed: what makes a replay visible and a row traceable to its request.
struct BatchRow {
  base::BatchId id{};  // unique
  base::TableId table{};
  base::WorkspaceId workspace{};
  base::RequestId request{};
  std::string principal{};  // user name
  std::string door{};
  std::string file_name{};  // empty: none
  std::string mode{};       // append, replace, upsert, delete..
  std::string branch{"main"};
  std::int64_t rows_received = 0;
  std::int64_t rows_accepted = 0;
  std::int64_t rows_rejected = 0;
  base::SnapshotId version = 0;
  base::Micros at = 0;
};

// The first answer to a request that carried an Idempotency-Key. Unique by (scope, key) until it expires.
struct IdempotencyRow {
  std::string scope{};
  std::string key{};
  std::string body_hash{};
  int status = 0;
  std::string answer{};
  base::Micros expires_at = 0;
};

// How far a node's landing log is in one table: each of its records up to `position`. The table goes by its name, since
// records may come before there is one, and a table that is dropped has had them.
struct LandingRow {
  std::string node{};
  base::WorkspaceId workspace{};
  std::string table{};  // in lower case
  std::int64_t position = 0;
};

enum class JobState { queued, running, succeeded, failed, cancelled };
std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view text);

struct JobRow {
  base::JobId id{};  // UUIDv7
  std::string kind{};
  base::WorkspaceId workspace{};  // empty: the installation's own
  std::string object{};           // what it works on, for people and for filters
  base::UserId user{};            // who asked for it; empty: the house itself
  bool is_private = false;        // only `user` may see it
  // Of one kind, workspace and object at most one such job waits for its first start, and at most one runs.
  bool single = false;
  // Jobs of one kind, workspace and object run one after the other, by their ids: while one waits or runs, none after it does.
  bool ordered = false;
  bool cancellable = true;
  bool cancel_requested = false;
  JobState state = JobState::queued;
  std::string payload = "{}";  // JSON
  std::string result{};        // JSON; empty until it succeeded
  std::string error{};         // of the last attempt that failed
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 1;
  base::Micros run_at = 0;    // not before
  std::string lease_owner{};  // empty: nobody's
  base::Micros lease_until = 0;
  std::int64_t fencing = 0;  // grows with every claim; a holder of an older one can change nothing any more
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string unit{};
  base::Micros created_at = 0;
  base::Micros queued_at = 0;    // created_at, or when it was last retried by hand
  base::Micros started_at = 0;   // of the last attempt; 0: never
  base::Micros finished_at = 0;  // 0: not yet
  base::Micros updated_at = 0;
};

struct JobLogRow {
  std::int64_t n = 0;  // grows within its job
  base::Micros at = 0;
  std::string line{};
};

struct InsightRow {
  base::WorkspaceId workspace{};
  std::string name{};  // unique in its workspace
  std::string sql{};
  bool is_public = false;
  std::string description{};
  base::Micros updated_at = 0;
};

struct AuditRow {
  std::int64_t id = 0;  // given by the store, growing
  base::Micros at = 0;
  std::string who{};
  std::string what{};
  std::string target{};
  base::WorkspaceId workspace{};  // empty: the installation
  std::string outcome{};          // "ok" or the code of the refusal
  base::RequestId request{};
};

}  // namespace boathouse::meta
