// SPDX-License-Identifier: Apache-2.0
#include "core/commit.h"

#include "base/error.h"
#include "base/log.h"
#include "core/house_keeping.h"
#include "core/profile_job.h"
#include "core/sink_job.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

// The prepared metadata of all tables of one attempt; what is not kept is removed again.
class Attempt {
 public:
  explicit Attempt(const Parts& parts) : parts_(parts) {}
  ~Attempt() {
    if (keep_) return;
    for (const iceberg::PreparedMetadata& prepared : prepared_) iceberg::discard(parts_.cache, prepared);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  void prepare(const TableChange& table) {
    prepared_.push_back(iceberg::prepare(parts_.cache, table.base ? table.base->metadata : table.fresh,
                                         table.base ? table.base->row.metadata_location : "", table.change));
  }
  const std::vector<iceberg::PreparedMetadata>& prepared() const { return prepared_; }
  void keep() { keep_ = true; }

 private:
  const Parts& parts_;
  std::vector<iceberg::PreparedMetadata> prepared_;
  bool keep_ = false;
};

meta::PointerSwap swap_of(const TableChange& table, const iceberg::PreparedMetadata& prepared) {
  meta::PointerSwap swap;
  swap.table = table.row.id;
  swap.expected = table.base ? table.base->row.metadata_location : "";
  swap.next = prepared.location;
  swap.figures = figures_of(*prepared.metadata);
  swap.new_version = !table.base || table.base->metadata->current_snapshot_id != prepared.metadata->current_snapshot_id;
  swap.contract = table.contract;
  if (!table.base) swap.create = table.row;
  return swap;
}

CommitOutcome outcome_of(const meta::CommitResult& result) {
  if (std::holds_alternative<meta::Committed>(result)) return CommitOutcome::committed;
  if (std::holds_alternative<meta::CommitDuplicate>(result)) return CommitOutcome::replay;
  if (std::holds_alternative<meta::CommitFenced>(result)) {
    throw Error(ErrorKind::cancelled, "another worker has taken this job over");
  }
  return CommitOutcome::conflict;
}

// True when the commit whose answer was lost did happen, by the row of its batch or, without one, by the pointer.
bool did_happen(const Parts& parts, const meta::CatalogCommit& commit) {
  if (!commit.batches.empty()) return parts.meta.catalog().find_batch(commit.batches.front().id).has_value();
  for (const meta::PointerSwap& swap : commit.swaps) {
    auto row = parts.meta.catalog().find_table(swap.table);
    if (!row || row->metadata_location != swap.next) return false;
  }
  return true;
}

// Every so many versions; those that upkeep itself makes do not count.
bool calls_for_upkeep(const TableChange& table, const iceberg::TableMetadata& next) {
  if (!table.base || table.change.snapshots.empty()) return false;
  return table.change.snapshots.back().operation != iceberg::Operation::replace &&
         next.last_sequence_number % kCommitsBetweenUpkeep == 0;
}

// New rows of main; those that compaction only wrote anew are known already.
bool calls_for_profile(const TableChange& table, const meta::PointerSwap& swap) {
  if (!swap.new_version || !table.row.quarantine_of.empty() || table.change.snapshots.empty()) return false;
  return table.change.snapshots.back().operation != iceberg::Operation::replace;
}

CommitOutcome attempt_commit(const Parts& parts, const CommitRequest& request) {
  Attempt attempt(parts);
  meta::CatalogCommit commit;
  commit.at = base::now_micros();
  commit.batches = request.batches;
  commit.idempotency = request.idempotency;
  commit.landing = request.landing;
  commit.jobs = request.jobs;
  commit.job_done = request.job_done;
  commit.sink_job = sink_job;
  std::vector<std::string> unsynced = request.files;
  try {
    for (const TableChange& table : request.tables) {
      attempt.prepare(table);
      const iceberg::PreparedMetadata& prepared = attempt.prepared().back();
      unsynced.insert(unsynced.end(), prepared.written.begin(), prepared.written.end());
      commit.swaps.push_back(swap_of(table, prepared));
      if (parts.upkeep.enabled && calls_for_upkeep(table, *prepared.metadata)) {
        commit.jobs.push_back(upkeep_job(table.row));
      }
      // What documents feed is profiled when somebody asks: their commits go on beside everything else.
      if (parts.profiling && !request.landing && calls_for_profile(table, commit.swaps.back())) {
        commit.jobs.push_back(profile_job(table.row));
      }
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::conflict) return CommitOutcome::conflict;
    throw;
  }
  parts.store().sync_all(unsynced);
  CommitOutcome outcome;
  try {
    outcome = outcome_of(parts.meta.catalog().commit(commit));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unknown_outcome) throw;
    attempt.keep();
    base::log_warning("commit_outcome_unknown", {{"error", error.message()}});
    outcome = did_happen(parts, commit) ? CommitOutcome::committed : CommitOutcome::conflict;
  }
  if (outcome == CommitOutcome::committed) attempt.keep();
  return outcome;
}

base::Counter& counter_of(Figures& figures, CommitOutcome outcome) {
  switch (outcome) {
    case CommitOutcome::committed: return figures.commits_done;
    case CommitOutcome::conflict: return figures.commits_conflicted;
    case CommitOutcome::replay: return figures.commits_replayed;
  }
  return figures.commits_failed;
}

}  // namespace

CommitOutcome commit_tables(const Parts& parts, const CommitRequest& request) {
  try {
    CommitOutcome outcome = attempt_commit(parts, request);
    counter_of(parts.figures, outcome).add();
    return outcome;
  } catch (...) {
    parts.figures.commits_failed.add();
    throw;
  }
}

void throw_too_busy() {
  throw Error(ErrorKind::conflict, "the table changes too fast for this change to get in: try again");
}

}  // namespace boathouse::core
