// SPDX-License-Identifier: Apache-2.0
// One commit: the new metadata of one table, and of its quarantine where it has a part in it, made durable together and
// moved in one transaction of the metadata store with the rows that go with it. Blocking; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/parts.h"
#include "core/table_state.h"
#include "iceberg/change.h"

namespace boathouse::core {

// A table's part of a commit.
struct TableChange {
  std::optional<TableState> base;  // nullopt: the table is made by this commit
  meta::TableRow row;              // of the table, or of that to be made
  iceberg::MetadataPtr fresh;      // the metadata to begin with when there is no base
  iceberg::Change change;
  std::optional<std::string> contract;  // set: the row's new contract
};

struct CommitRequest {
  std::vector<TableChange> tables;
  std::vector<std::string> files;  // data and delete files that must be durable first
  std::vector<meta::BatchRow> batches;
  std::optional<meta::IdempotencyRow> idempotency{};
  std::optional<meta::LandingAdvance> landing{};
  std::vector<meta::JobRow> jobs{};         // queued with the commit
  std::optional<meta::JobDone> job_done{};  // the job that this commit is the effect of
};

enum class CommitOutcome {
  committed,
  conflict,  // a table moved on: nothing happened, and nothing of this attempt is left
  replay,    // the same batch or idempotency key is committed already
};

// Prepares, syncs, swaps. An outcome that the metadata store does not know is looked up by the first batch's row; when
// even that cannot be had, Error{unknown_outcome} is thrown and every file stays. Other errors: nothing happened; cancelled
// says that `job_done` is another's by now.
CommitOutcome commit_tables(const Parts& parts, const CommitRequest& request);

// How often a change is tried anew on a table that moved on. Within one process the table's lock leaves nothing to conflict
// with; what is left are other processes.
inline constexpr int kMaxCommitAttempts = 20;
// Error{conflict}: after so many tries.
[[noreturn]] void throw_too_busy();

}  // namespace boathouse::core
