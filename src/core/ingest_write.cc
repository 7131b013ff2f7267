// SPDX-License-Identifier: Apache-2.0
// Check and write: the staged rows are split by the contract's rules, accepted ones become Parquet files of the table,
// rejected ones a file of its quarantine. Both happen in the ingest worker of the workspace.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "base/names.h"
#include "core/frame_files.h"
#include "core/ingest_accepted.h"
#include "core/ingest_adopt.h"
#include "core/ingest_frame.h"
#include "core/quarantine_schema.h"
#include "core/table_files.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

// More rejected rows than fit into an answer are not asked for, however many a door would show.
constexpr std::uint64_t kMostShown = 1'000'000;

// Of a file that holds a range of ids, where nobody asked for less.
constexpr std::int64_t kRowsOfRange = 4 << 20;

// One batch on its way through the worker: the statements and what came of them.
class Writing {
 public:
  Writing(const Parts& parts, StagedBody& body, const BatchPlan& plan, engine::Lease& lease)
      : parts_(parts), body_(body), plan_(plan), lease_(lease), rows_(plan) {}

  void run() {
    if (body_.request.documents && !body_.request.documents->refusal.empty()) return refuse_documents();
    if (goes_in_files_of_a_frame()) {
      write_frame();
    } else if (is_written_at_once(plan_)) {
      if (auto adopted = adopt_body(parts_, body_, plan_, rows_, lease_)) {
        take_files(std::move(*adopted));
      } else {
        write_at_once();
      }
      for (WrittenFile& file : files_) {
        accepted_ += file.file.record_count;
        if (plan_.partition) file.file.partition = *plan_.partition;
      }
    } else {
      write_in_steps();
    }
    if (accepted_ < plan_.rows_received) write_rejected();
  }

  std::int64_t accepted() const { return accepted_; }
  // Moves the accepted rows' files into the table.
  void adopt_files(std::vector<iceberg::DataFile>& adopted) const {
    adopt_table_files(parts_.store(), plan_.row.location, rows_to_write(""), files_, adopted);
  }
  const std::vector<WrittenFile>& rejected_files() const { return rejected_files_; }
  std::vector<RejectedRow> take_rejected() { return std::move(rejected_); }

 private:
  std::filesystem::path path(std::string_view name) const { return body_.file.parent_path() / name; }

  RowsToWrite rows_to_write(const std::string& rows) const {
    return {.rows = rows, .columns = columns(), .schema = plan_.schema, .spec = plan_.spec};
  }

  // Rows go straight from the staged text into Parquet, each stretch of a large body on a connection of its own. What
  // the head start has done already is not done again.
  void write_at_once() {
    std::vector<engine::Rows> results;
    std::vector<std::size_t> places;  // in the results
    std::vector<std::vector<std::string>> lists;
    for (std::string& statement : write_statements(body_, plan_, rows_)) {
      auto early = body_.early.results.extract(statement);
      results.push_back(early ? std::move(early.mapped()) : engine::Rows());
      if (early) continue;
      places.push_back(results.size() - 1);
      lists.push_back({std::move(statement)});
    }
    auto late = lists.size() == 1 ? lease_.execute(lists[0]) : lease_.execute_parallel(lists);
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(late[i]);
    for (const engine::Rows& rows : results) take_files(files_from_copy(rows, columns()));
  }

  const Columns& columns() const { return rows_.columns(); }

  bool goes_in_files_of_a_frame() const {
    if (!plan_.frame) return false;
    const auto& most = body_.request.frame->most_rows;
    return plan_.frame->id || (most && (plan_.rows_received > *most || !plan_.spec.unpartitioned()));
  }

  // Files of a frame are cut by ids or numbers of rows, which must be in order for that.
  void write_frame() {
    accepted_ = gather_accepted();
    // The rows of a frame are taken all or none.
    if (accepted_ == 0 || accepted_ < plan_.rows_received) return;
    FrameRows rows{.rows = rows_to_write("SELECT * FROM accepted"),
                   .count = accepted_,
                   .id = plan_.frame->id,
                   .most_rows = body_.request.frame->most_rows.value_or(kRowsOfRange)};
    take_files(write_frame_files(parts_.limits, lease_, rows, body_.file.parent_path() / base::uuid_v4()));
  }

  std::int64_t gather_accepted() {
    std::vector<std::string> statements{"CREATE OR REPLACE TEMP TABLE accepted AS " +
                                        rows_.select(plan_.staged[0], ", _row")};
    for (std::size_t i = 1; i < plan_.staged.size(); ++i) {
      statements.push_back("INSERT INTO accepted " + rows_.select(plan_.staged[i], ", _row"));
    }
    statements.push_back("SELECT count(*) FROM accepted");
    return lease_.execute(statements).back().rows.at(0).at(0).to_number<std::int64_t>();
  }

  // Rules that look at more than one row need the accepted rows in a table of the worker first.
  void write_in_steps() {
    gather_accepted();
    std::vector<std::string> statements;
    std::string kept = "SELECT * FROM accepted";
    if (has_unique(plan_.rules)) {
      statements.push_back("CREATE OR REPLACE TEMP TABLE collisions AS " +
                           unique_violations(rows_.check(), kept, remaining_rows(parts_, plan_, body_.request.mode)));
      kept = "SELECT a.* FROM accepted a ANTI JOIN collisions c ON a._row = c._row";
    }
    statements.push_back("SELECT count(*) FROM (" + kept + ")");
    accepted_ = lease_.execute(statements).back().rows.at(0).at(0).to_number<std::int64_t>();
    if (accepted_ == 0) return;
    if (!plan_.key.empty()) {
      lease_.execute({"CREATE OR REPLACE TEMP TABLE superseded AS " + superseded_rows(rows_.check(), kept)});
      kept = fmt::format("SELECT k.* FROM ({}) k ANTI JOIN superseded s ON k._row = s._row", kept);
    }
    take_files(write_table_files(parts_.limits, lease_, rows_to_write(kept), body_.file.parent_path()));
  }

  void take_files(std::vector<WrittenFile> files) { std::move(files.begin(), files.end(), std::back_inserter(files_)); }

  // What is kept of a rejected row, by what id, and which request brought it.
  std::string rejected_as() const {
    if (body_.request.documents) {
      return fmt::format("{} AS _data, {} AS id, {} AS request_id", batch::kWholeDocument, batch::kDocumentId,
                         batch::kRequestOfDocument);
    }
    return fmt::format("_data, CAST(uuidv7() AS VARCHAR) AS id, {} AS request_id",
                       base::quote_string(body_.request.origin.request.value));
  }

  void write_rejected() {
    bool unique = has_unique(plan_.rules);
    std::vector<std::string> ranges;
    for (const std::string& staged : plan_.staged_raw) {
      ranges.push_back(fmt::format(
          "SELECT _row, {} AS reasons, {} FROM (SELECT {}, _row, _ok, _bad, _reasons, _data{} FROM ({})) {} "
          "WHERE ({}) IS NOT TRUE{}",
          reasons_expression(rows_.check(), unique), rejected_as(), defaults_projection(plan_.rules),
          body_.request.documents ? fmt::format(", {}", batch::kRequestOfDocument) : "", staged,
          unique ? "LEFT JOIN collisions USING (_row)" : "", rows_.predicate(),
          unique ? " OR _unique IS NOT NULL" : ""));
    }
    keep_rejected(fmt::format("{}", fmt::join(ranges, " UNION ALL ")));
  }

  void refuse_documents() {
    std::string reasons = boost::json::serialize(boost::json::array{
        {{"column", nullptr}, {"rule", "table"}, {"value", nullptr}, {"message", body_.request.documents->refusal}}});
    keep_rejected(fmt::format("SELECT _row, {} AS reasons, {} FROM ({})", base::quote_string(reasons), rejected_as(),
                              fmt::join(plan_.staged, " UNION ALL ")));
  }

  // The SELECT gives the rejected rows as quarantine_rows() wants them.
  void keep_rejected(const std::string& select) {
    QuarantineOrigin origin{.batch = body_.batch, .file = body_.request.origin.file_name, .at = base::now_micros()};
    std::vector<std::string> statements{
        "CREATE OR REPLACE TEMP TABLE rejected AS " + select,
        "SELECT count(*) FROM rejected",
        fmt::format("SELECT _row, reasons, _data FROM rejected ORDER BY _row LIMIT {}",
                    std::min<std::uint64_t>(body_.request.max_rejected_shown, kMostShown)),
    };
    // What is tried again is in the quarantine already.
    if (body_.request.resubmitted.empty()) {
      statements.push_back(
          copy_statement(quarantine_rows("rejected", origin), path("rejected.parquet"), quarantine_schema().fields()));
    }
    auto results = lease_.execute(statements);
    auto kept_aside = results.at(1).rows.at(0).at(0).to_number<std::int64_t>();
    for (const boost::json::value& row : results.at(2).rows) {
      rejected_.push_back({.row = row.at(0).to_number<std::int64_t>(),
                           .reasons = boost::json::parse(row.at(1).as_string()).as_array(),
                           .data = boost::json::parse(row.at(2).as_string()).as_object()});
    }
    if (results.size() > 3) rejected_files_ = files_from_copy(results.at(3), quarantine_schema().fields());
    if (kept_aside + accepted_ != plan_.rows_received) {
      throw Error(ErrorKind::internal, fmt::format("{} rows came, {} were accepted and {} rejected",
                                                   plan_.rows_received, accepted_, kept_aside));
    }
  }

  const Parts& parts_;
  StagedBody& body_;
  const BatchPlan& plan_;
  engine::Lease& lease_;
  const AcceptedRows rows_;
  std::int64_t accepted_ = 0;
  std::vector<WrittenFile> files_;
  std::vector<WrittenFile> rejected_files_;
  std::vector<RejectedRow> rejected_;
};

void refuse_if_asked(const StagedBody& body, const BatchPlan& plan, const Outcome& outcome) {
  if (!body.request.fail_on_reject || outcome.rows_rejected == 0) return;
  Outcome told = outcome;
  told.rows_accepted = 0;
  told.version = plan.base ? plan.base->version() : 0;
  told.duration = base::steady_micros() - body.started;
  throw Error(ErrorKind::unprocessable, fmt::format("{} of {} rows were rejected, so nothing was written",
                                                    outcome.rows_rejected, outcome.rows_received))
      .code("rows-rejected")
      .with("outcome", to_json(told));
}

// The workspace's own limits: rows a minute, bytes, tables.
void hold_to_limits(const Parts& parts, const StagedBody& body, const BatchPlan& plan) {
  // What was acknowledged was counted then.
  if (body.request.documents && body.request.documents->landing) return;
  const meta::WorkspaceRow& workspace = body.request.workspace;
  auth::WorkspaceLimits limits = auth::parse_limits(workspace.limits);
  if (limits.bytes || limits.tables) {
    meta::WorkspaceUsage usage = parts.meta.catalog().usage(workspace.id);
    auth::check_bytes(limits, usage, static_cast<std::int64_t>(base::file_size(body.file)));
    if (!plan.base) auth::check_tables(limits, usage, 1);
  }
  parts.counters.take_rows(workspace.id, limits, plan.rows_received, base::steady_micros());
}

}  // namespace

engine::Lease ingest_lease(const Parts& parts, const base::WorkspaceId& workspace, const std::stop_token& stop) {
  return parts.engine.acquire(parts.layout.ingest_confinement(workspace), workspace,
                              base::steady_micros() + parts.limits.ingest_timeout, stop);
}

engine::Lease background_lease(const Parts& parts, const base::WorkspaceId& workspace) {
  return parts.engine.acquire(parts.layout.ingest_confinement(workspace, engine::WorkerKind::background), workspace,
                              base::steady_micros() + parts.limits.ingest_timeout);
}

Checked Ingest::check(Received received) {
  base::Timing timing(parts_.figures.check);
  auto state = std::make_unique<Checked::State>();
  state->body = std::move(received.state_->body);
  if (!state->body.replayed_answer) {
    state->body.use = parts_.uses.begin(state->body.request.workspace.id);
    state->plan = plan_batch(parts_, state->body);
    hold_to_limits(parts_, state->body, state->plan);
  }
  return Checked(std::move(state));
}

Written Ingest::write(Checked checked) {
  base::Timing timing(parts_.figures.write);
  auto state = std::make_unique<Written::State>();
  state->store = &parts_.store();
  state->body = std::move(checked.state_->body);
  state->plan = std::move(checked.state_->plan);
  if (!state->body.replayed_answer) write_rows(parts_, *state);
  return Written(std::move(state));
}

void write_rows(const Parts& parts, Written::State& state) {
  Outcome& outcome = state.outcome;
  outcome.request = state.body.request.origin.request;
  outcome.batch = state.body.batch;
  outcome.table = state.plan.row.name;
  outcome.columns.clear();
  outcome.files.clear();
  for (const ContractColumn& column : state.plan.rules.columns) outcome.columns.push_back(column.name);

  const base::WorkspaceId& workspace = state.body.request.workspace.id;
  engine::Lease lease =
      state.body.request.documents ? background_lease(parts, workspace) : ingest_lease(parts, workspace);
  Writing writing(parts, state.body, state.plan, lease);
  try {
    writing.run();
  } catch (const Error& error) {
    rethrow_of_body(state.body, error);
  }
  outcome.rows_received = state.plan.rows_received;
  outcome.rows_accepted = writing.accepted();
  outcome.rows_rejected = outcome.rows_received - outcome.rows_accepted;
  outcome.rejected = writing.take_rejected();
  refuse_if_asked(state.body, state.plan, outcome);

  writing.adopt_files(state.data);
  for (const iceberg::DataFile& file : state.data) {
    outcome.files.push_back({file.path.substr(parts.store().root().size() + 1), file.record_count});
  }
  if (!state.plan.rewritten.empty()) {
    state.rewritten = rewrite_retyped(parts, state.body, state.plan);
  }
  for (const WrittenFile& written : writing.rejected_files()) {
    state.rejected.push_back(written.file);
    state.rejected_paths.push_back(written.path);
  }
}

void Written::State::drop_files() {
  std::vector<std::string> locations = iceberg::locations_made(rewritten);
  for (const iceberg::DataFile& file : data) locations.push_back(file.path);
  store::remove_all_quietly(*store, locations);
  data.clear();
  rewritten.clear();
  for (const std::filesystem::path& path : rejected_paths) base::remove_quietly(path);
  rejected.clear();
  rejected_paths.clear();
}

Written::~Written() {
  if (state_ && !state_->committed && state_->store != nullptr) state_->drop_files();
}

}  // namespace boathouse::core
