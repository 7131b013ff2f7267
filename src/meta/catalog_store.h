// SPDX-License-Identifier: Apache-2.0
// Tables, their Iceberg pointers and the rows that decide whether a batch is a replay. Any thread; calls block.
// Faults are base::Error: storage_full, unavailable (nothing happened), unknown_outcome (a write may have happened).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "meta/rows.h"
#include "meta/sink_rows.h"

namespace boathouse::meta {

// Moves one table's pointer from `expected` to `next`.
struct PointerSwap {
  base::TableId table{};
  std::string expected{};  // empty: the table must not exist yet, and `create` says what it is to be
  std::string next{};
  TableFigures figures{};                 // of `next`
  bool new_version = false;               // main has another one than before: sinks are told
  std::optional<std::string> contract{};  // set: replaces the contract (empty text: removes it)
  std::optional<TableRow> create{};  // its id is `table`; its metadata_location, figures and times come from the swap
};

// The job that this commit is the effect of: it has succeeded once the commit is there.
struct JobDone {
  base::JobId id{};
  std::int64_t fencing = 0;
  std::string result{};  // JSON
};

// The next stretch of a landing log has come into its table.
struct LandingAdvance {
  LandingRow row{};
  std::int64_t from = 0;  // the position before, 0 where there was none
  // First answers to requests whose records these are. The log has each key once, so one that is there stays as it is.
  std::vector<IdempotencyRow> answers{};
};

// All of it happens, or nothing. A swap may be left out: rows alone can be committed.
struct CatalogCommit {
  base::Micros at = 0;  // updated_at of the tables touched, created_at of new ones
  std::vector<PointerSwap> swaps{};
  std::vector<BatchRow> batches{};
  std::optional<IdempotencyRow> idempotency{};
  std::optional<LandingAdvance> landing{};
  std::vector<JobRow> jobs{};  // queued; a single one that waits already is left out
  // Makes the job that is queued, like those, for each sink that follows a table with a new version.
  std::function<JobRow(const SinkRow& sink, const SinkTable& table)> sink_job{};
  std::optional<JobDone> job_done{};
};

struct Committed {};
// The pointer of `table` is no longer `expected`, the table is gone, or its name is taken.
struct CommitConflict {
  base::TableId table{};
};
// This batch or idempotency key is already committed, or the landing log is not where the advance began: a replay. Found
// before any conflict is.
struct CommitDuplicate {
  enum class What { batch, idempotency, landing };
  What what;
};
// The job of `job_done` is not running with that fencing number any more: somebody else has it. Found
// before any conflict is.
struct CommitFenced {};
using CommitResult = std::variant<Committed, CommitConflict, CommitDuplicate, CommitFenced>;

struct TableListing {
  std::string prefix{};  // of the name, without case; empty: all
  std::string after{};   // the name of the last row of the page before; empty: from the start
  std::size_t limit = 1000;
  bool quarantines = false;  // also the tables that hold rejected rows
};

struct WorkspaceUsage {
  std::int64_t tables = 0;  // without quarantines
  std::int64_t bytes = 0;   // of tables' current versions, quarantines included, and of all versions of objects
};

class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  // Error{not_found} when the workspace of a new table is gone. After Error{unknown_outcome}, find_batch() tells.
  virtual CommitResult commit(const CatalogCommit& commit) = 0;

  virtual std::optional<TableRow> find_table(const base::TableId& id) = 0;
  virtual std::optional<TableRow> find_table(const base::WorkspaceId& workspace, std::string_view name) = 0;
  virtual std::optional<TableRow> find_quarantine(const base::TableId& table) = 0;
  // The table of the longest name that `text` starts with, without case; no quarantine.
  virtual std::optional<TableRow> find_longest_prefix(const base::WorkspaceId& workspace, std::string_view text) = 0;
  // By name, without case.
  virtual std::vector<TableRow> list_tables(const base::WorkspaceId& workspace, const TableListing& listing) = 0;
  virtual WorkspaceUsage usage(const base::WorkspaceId& workspace) = 0;

  // False when the table is gone.
  virtual bool update_contract(const base::TableId& id, std::string_view contract, base::Micros at) = 0;
  virtual bool update_settings(const base::TableId& id, std::string_view settings, base::Micros at) = 0;
  // Removes the table and its quarantine, rows and pointers, and queues `jobs`. False, and nothing happens, when the
  // table is gone or its pointer is not `expected_metadata_location` (nullopt: whatever it is).
  virtual bool drop_table(const base::TableId& id, const std::optional<std::string>& expected_metadata_location,
                          const std::vector<JobRow>& jobs = {}) = 0;

  // Every location under `from` (without a trailing '/') becomes one under `to`: for a warehouse that moved.
  virtual void relocate(std::string_view from, std::string_view to) = 0;

  virtual std::optional<BatchRow> find_batch(const base::BatchId& id) = 0;
  // Oldest first.
  virtual std::vector<BatchRow> find_batches(const base::RequestId& request) = 0;

  // nullopt also when it expired before `now`.
  virtual std::optional<IdempotencyRow> find_idempotency(std::string_view scope, std::string_view key,
                                                         base::Micros now) = 0;
  // Removes what expired before `now`, and of more than `keep` keys those that expire first; at most `at_once` in one
  // transaction. Tells how many.
  virtual std::int64_t purge_idempotency(base::Micros now, std::int64_t keep, std::int64_t at_once) = 0;

  // How far the log of `node` is in each table.
  virtual std::vector<LandingRow> landings(std::string_view node) = 0;
};

}  // namespace boathouse::meta
