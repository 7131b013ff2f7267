// SPDX-License-Identifier: Apache-2.0
// Commit: the files of a batch become a version of their table and of its quarantine, with the rows that go with it.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "core/check_sql.h"
#include "core/commit.h"
#include "core/ingest_stages.h"
#include "core/quarantine_rows.h"
#include "core/quarantine_schema.h"
#include "core/row_deletes.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

// True when rows written against `before` are right for `now` too: same columns of the branch, partitioning and contract,
// and nothing was written that a unique rule, or columns that are the batch's alone, would have to look at.
bool still_fits(const BatchPlan& plan, const std::optional<TableState>& now) {
  if (plan.base.has_value() != now.has_value()) return false;
  if (!now) return true;
  const TableState& before = *plan.base;
  const iceberg::TableMetadata& metadata = *now->metadata;
  bool has_new_ids = plan.schema.highest_field_id() > before.metadata->last_column_id;
  bool same = before.row.id == now->row.id && before.row.contract == now->row.contract &&
              before.schema().same_columns(now->schema()) &&
              before.metadata->default_spec_id == metadata.default_spec_id &&
              iceberg::spec_as_known(metadata, plan.spec, plan.schema) == plan.spec &&
              !(has_new_ids && before.metadata->last_column_id != metadata.last_column_id);
  bool depends_on_rows = has_unique(plan.rules) || plan.shape == Shape::of_batch || !plan.rewritten.empty();
  return same && !(depends_on_rows && before.version() != now->version());
}

std::map<std::string, std::string> summary_of(const StagedBody& body) {
  return {{std::string(kSummaryBatch), body.batch.value},
          {std::string(kSummaryRequest), body.request.origin.request.value},
          {std::string(kSummaryBy), body.request.origin.principal}};
}

// One try to commit a written batch against one state of its table.
class CommitAttempt {
 public:
  CommitAttempt(const Parts& parts, KeyIndexes& indexes, Written::State& state, const std::optional<TableState>& now)
      : parts_(parts), indexes_(indexes), state_(state), now_(now) {}
  ~CommitAttempt() {
    if (!done_) store::remove_all_quietly(parts_.store(), own_files_);
  }
  CommitAttempt(const CommitAttempt&) = delete;
  CommitAttempt& operator=(const CommitAttempt&) = delete;

  CommitOutcome run() {
    at_ = base::now_micros();
    add_table();
    if (state_.body.request.resubmitted.empty()) {
      add_quarantine();
    } else {
      take_out_of_quarantine();
    }
    add_rows();
    request_.files = iceberg::locations_made(state_.rewritten);
    for (const iceberg::DataFile& file : state_.data) request_.files.push_back(file.path);
    request_.files.insert(request_.files.end(), own_files_.begin(), own_files_.end());
    try {
      CommitOutcome outcome = commit_tables(parts_, request_);
      done_ = outcome == CommitOutcome::committed;
      return outcome;
    } catch (const Error& error) {
      done_ = error.kind() == ErrorKind::unknown_outcome;
      throw;
    }
  }

 private:
  bool replaces() const { return state_.body.request.mode == WriteMode::replace; }

  void add_table() {
    TableChange table;
    table.base = now_;
    table.row = state_.plan.row;
    table.change.at = at_;
    const IngestRequest& request = state_.body.request;
    const bool of_main = request.branch == iceberg::kMainBranch;
    const bool new_columns = now_ && !state_.plan.schema.same_columns(now_->schema());
    if (!now_) {
      table.fresh = std::make_shared<const iceberg::TableMetadata>(iceberg::create_table(
          table.row.location, state_.plan.schema, state_.plan.spec, {}, table.row.id.value, at_ / base::kMillisecond));
      if (!of_main) table.change.snapshots.push_back(placeholder());
    } else if (of_main) {
      if (new_columns) table.change.schema = state_.plan.schema;
      if (state_.plan.spec.id != now_->metadata->default_spec_id) table.change.spec = state_.plan.spec;
    }
    bool changes_rows = !state_.data.empty() || replaces() || request.tag_upload;
    bool begins_branch = !now_ || !has_branch(*now_->metadata, request.branch);
    if (!state_.rewritten.empty()) table.change.snapshots.push_back(rewriting());
    state_.outcome.version = now_ ? now_->version() : 0;
    if (changes_rows || begins_branch || (new_columns && !of_main)) {
      iceberg::SnapshotChange snapshot;
      snapshot.id = base::new_snapshot_id();
      snapshot.branch = request.branch;
      snapshot.summary = summary_of(state_.body);
      if (!of_main) {
        snapshot.schema = state_.plan.schema;
        snapshot.spec = state_.plan.spec;
      }
      snapshot.added_data = state_.data;
      snapshot.replace_all = replaces();
      if (replaces()) snapshot.operation = iceberg::Operation::overwrite;
      if (now_ && !state_.plan.key.empty()) add_deletes(snapshot);
      add_shape(table.change, snapshot);
      add_upsert_key(table.change);
      state_.outcome.version = snapshot.id;
      if (request.tag_upload) table.change.refs.push_back(tag_of(snapshot));
      table.change.snapshots.push_back(std::move(snapshot));
    }
    if (!table.change.snapshots.empty() || table.change.schema) request_.tables.push_back(std::move(table));
  }

  // Readers expect a version of main, if an empty one.
  iceberg::SnapshotChange placeholder() const {
    iceberg::SnapshotChange snapshot;
    snapshot.id = base::new_snapshot_id();
    snapshot.summary = summary_of(state_.body);
    snapshot.summary.emplace(kSummaryPlaceholder, "true");
    return snapshot;
  }

  static iceberg::RefChange tag_of(const iceberg::SnapshotChange& snapshot) {
    iceberg::SnapshotRef tag;
    tag.snapshot_id = snapshot.id;
    tag.kind = iceberg::SnapshotRef::Kind::tag;
    return {last_upload_tag(snapshot.branch), tag};
  }

  // The version before with the values of a column in their new type; the batch's own comes after it.
  iceberg::SnapshotChange rewriting() const {
    iceberg::SnapshotChange snapshot;
    snapshot.id = base::new_snapshot_id();
    snapshot.summary = summary_of(state_.body);
    snapshot.operation = iceberg::Operation::replace;
    snapshot.branch = state_.body.request.branch;
    if (snapshot.branch != iceberg::kMainBranch) snapshot.schema = state_.plan.schema;
    snapshot.rewrites = state_.rewritten;
    std::set<std::string> obsolete;
    for (const iceberg::ScanFile& file : iceberg::plan_scan(parts_.cache, now_->metadata, now_->head()).files) {
      for (const iceberg::EntryPtr& entry : file.deletes) obsolete.insert(entry->file.path);
    }
    snapshot.removed_files.assign(obsolete.begin(), obsolete.end());
    return snapshot;
  }

  // How the frame's values came is kept with the table, once for all versions of which the same is true.
  void add_shape(iceberg::Change& change, iceberg::SnapshotChange& snapshot) const {
    if (!state_.plan.frame) {
      const bool other_rows = replaces() && !state_.body.request.frame;
      if (now_) snapshot.summary.merge((other_rows ? no_frame : same_frame)(*now_->metadata, now_->head()));
      return;
    }
    std::string shape = state_.plan.frame->shape.to_json();
    std::string hash = frame_hash(shape);
    snapshot.summary.emplace(kSummaryFrame, hash);
    std::string property = std::string(kFrameProperty) + hash;
    if (!now_ || !now_->metadata->properties.contains(property)) change.set_properties.emplace(property, shape);
  }

  // So that copies elsewhere (sinks) know what tells rows apart.
  void add_upsert_key(iceberg::Change& change) const {
    if (state_.body.request.mode != WriteMode::upsert || state_.body.request.branch != iceberg::kMainBranch) return;
    std::string key = boost::json::serialize(boost::json::array(state_.plan.key.begin(), state_.plan.key.end()));
    const std::string property(kUpsertKeyProperty);
    if (now_) {
      auto known = now_->metadata->properties.find(property);
      if (known != now_->metadata->properties.end() && known->second == key) return;
    }
    change.set_properties.emplace(property, std::move(key));
  }

  void add_deletes(iceberg::SnapshotChange& snapshot) {
    engine::Lease lease = ingest_lease(parts_, state_.plan.row.workspace);
    RowDeletes deletes = delete_replaced_rows(
        parts_, lease, *now_,
        {.key = state_.plan.key, .added = state_.data, .schema = state_.plan.schema, .indexes = indexes_},
        state_.body.folder->path());
    for (const iceberg::DataFile& file : deletes.files) own_files_.push_back(file.path);
    snapshot.added_deletes = std::move(deletes.files);
    snapshot.required_files = std::move(deletes.touched);
    snapshot.removed_files = std::move(deletes.emptied);
  }

  void add_quarantine() {
    if (state_.rejected.empty()) return;
    TableChange table;
    std::optional<meta::TableRow> row;
    if (now_) row = parts_.meta.catalog().find_quarantine(now_->row.id);
    if (row) {
      table.base = state_of(parts_, *row);
      table.row = *row;
    } else {
      table.row = new_quarantine_row(parts_, state_.plan.row);
      table.fresh = std::make_shared<const iceberg::TableMetadata>(iceberg::create_table(
          table.row.location, quarantine_schema(), {}, {}, table.row.id.value, at_ / base::kMillisecond));
    }
    iceberg::SnapshotChange snapshot;
    snapshot.id = base::new_snapshot_id();
    snapshot.summary = summary_of(state_.body);
    for (std::size_t i = 0; i < state_.rejected.size(); ++i) {
      iceberg::DataFile file = state_.rejected[i];
      file.path = fmt::format("{}/data/{}.parquet", table.row.location, base::uuid_v4());
      keep_a_copy(state_.rejected_paths[i], file.path);
      own_files_.push_back(file.path);
      snapshot.added_data.push_back(std::move(file));
    }
    table.change.at = at_;
    table.change.snapshots.push_back(std::move(snapshot));
    request_.tables.push_back(std::move(table));
  }

  // The rows tried again that were accepted this time.
  void take_out_of_quarantine() {
    std::vector<std::string> ids = accepted_again(state_.body.request.resubmitted, state_.outcome.rejected);
    if (ids.empty()) return;
    TableState quarantine = quarantine_state(parts_, state_.plan.row);
    engine::Lease lease = ingest_lease(parts_, state_.plan.row.workspace);
    RowDeletes deletes = delete_quarantined(parts_, lease, quarantine, ids, state_.body.folder->path());
    for (const iceberg::DataFile& file : deletes.files) own_files_.push_back(file.path);
    if (deletes.rows != static_cast<std::int64_t>(ids.size())) {
      throw Error(ErrorKind::conflict, "some of these rows have left the quarantine meanwhile: list it again");
    }
    iceberg::SnapshotChange snapshot;
    snapshot.id = base::new_snapshot_id();
    snapshot.summary = summary_of(state_.body);
    snapshot.added_deletes = std::move(deletes.files);
    snapshot.required_files = std::move(deletes.touched);
    snapshot.removed_files = std::move(deletes.emptied);
    TableChange table;
    table.row = quarantine.row;
    table.base = std::move(quarantine);
    table.change.at = at_;
    table.change.snapshots.push_back(std::move(snapshot));
    request_.tables.push_back(std::move(table));
  }

  // A hard link, so that another attempt still finds the staged file.
  void keep_a_copy(const std::filesystem::path& staged, const std::string& location) {
    std::filesystem::path link = staged;
    link += "." + base::uuid_v4();
    std::error_code failed;
    std::filesystem::create_hard_link(staged, link, failed);
    if (failed) throw base::system_error(failed.value(), "keeping a staged file");
    parts_.store().adopt(link, location, store::Durability::later);
  }

  void add_rows() {
    const BatchOrigin& origin = state_.body.request.origin;
    Outcome& outcome = state_.outcome;
    outcome.duration = base::steady_micros() - state_.body.started;
    request_.batches.push_back({.id = state_.body.batch,
                                .table = state_.plan.row.id,
                                .workspace = state_.plan.row.workspace,
                                .request = origin.request,
                                .principal = origin.principal,
                                .door = origin.door,
                                .file_name = origin.file_name,
                                .mode = std::string(to_string(state_.body.request.mode)),
                                .branch = state_.body.request.branch,
                                .rows_received = outcome.rows_received,
                                .rows_accepted = outcome.rows_accepted,
                                .rows_rejected = outcome.rows_rejected,
                                .version = outcome.version,
                                .at = at_});
    if (state_.body.request.documents) request_.landing = state_.body.request.documents->landing;
    const IngestRequest& asked = state_.body.request;
    if (!asked.idempotency) return;
    request_.idempotency =
        idempotency_row(*asked.idempotency, asked.answer ? asked.answer(outcome) : to_json(outcome), at_);
  }

  const Parts& parts_;
  KeyIndexes& indexes_;
  Written::State& state_;
  const std::optional<TableState>& now_;
  CommitRequest request_;
  std::vector<std::string> own_files_;  // of this attempt only
  base::Micros at_ = 0;
  bool done_ = false;
};

void count(Figures& figures, const IngestRequest& request, const Outcome& outcome) {
  figures.batches.add();
  figures.rows_accepted.add(static_cast<std::uint64_t>(outcome.rows_accepted));
  // What was tried again and rejected lay in quarantine before.
  bool again = !request.resubmitted.empty();
  figures.rows_corrected.add(again ? static_cast<std::uint64_t>(outcome.rows_accepted) : 0);
  figures.rows_rejected.add(again ? 0 : static_cast<std::uint64_t>(outcome.rows_rejected));
}

void plan_and_write_again(const Parts& parts, Written::State& state) {
  state.drop_files();
  state.plan = plan_batch(parts, state.body);
  write_rows(parts, state);
}

}  // namespace

Committed Ingest::commit(Written written) {
  base::Timing timing(parts_.figures.commit);
  Written::State& state = *written.state_;
  const IngestRequest& request = state.body.request;
  if (state.body.replayed_answer) {
    state.committed = true;
    return {.outcome = {}, .replayed_answer = std::move(state.body.replayed_answer)};
  }
  TableLocks::Guard lock = parts_.locks.lock(request.workspace.id, request.table);
  for (int attempt = 0; attempt < kMaxCommitAttempts; ++attempt) {
    auto now = target_of(parts_, request);
    if (!still_fits(state.plan, now)) {
      plan_and_write_again(parts_, state);
      now = state.plan.base;
    }
    CommitOutcome outcome;
    try {
      outcome = CommitAttempt(parts_, *key_indexes_, state, now).run();
    } catch (const Error& error) {
      // The files may be part of a version by now.
      if (error.kind() == ErrorKind::unknown_outcome) state.committed = true;
      throw;
    }
    if (outcome == CommitOutcome::conflict) continue;
    if (outcome == CommitOutcome::replay && request.idempotency) {
      return {.outcome = {}, .replayed_answer = first_answer(parts_, *request.idempotency)};
    }
    // The log is past these documents, or the batch is there: an earlier try has committed it.
    if (outcome == CommitOutcome::replay && (request.documents || request.batch)) {
      return {.outcome = {}, .replayed_answer = std::nullopt};
    }
    state.committed = true;
    count(parts_.figures, request, state.outcome);
    return {.outcome = state.outcome, .replayed_answer = std::nullopt};
  }
  throw_too_busy();
}

}  // namespace boathouse::core
