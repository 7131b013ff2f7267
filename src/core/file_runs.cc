// SPDX-License-Identifier: Apache-2.0
#include "core/file_runs.h"

#include <boost/json/parse.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "core/file_staging.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kRejectedInLog = 5;
constexpr std::size_t kRunsAtOnce = 1000;

std::string text_of(const json::object& payload, std::string_view field) {
  return std::string(payload.at(field).as_string());
}

std::string_view folded_with(base::Folding folding) {
  switch (folding) {
    case base::Folding::none: break;
    case base::Folding::gzip: return ", compressed by gzip";
    case base::Folding::zstd: return ", compressed by zstd";
  }
  return "";
}

std::string mode_of(const IngestRequest& request, const std::optional<TableState>& table) {
  if (request.mode != WriteMode::upsert) return std::string(to_string(request.mode));
  const std::vector<std::string>& key =
      request.key.empty() && table && table->contract ? table->contract->key : request.key;
  return fmt::format("upsert by {}", fmt::join(key, ", "));
}

void tell_outcome(const Outcome& outcome, Progress& progress) {
  progress.log(fmt::format("{} rows read, {} written, {} rejected", outcome.rows_received, outcome.rows_accepted,
                           outcome.rows_rejected));
  for (std::size_t i = 0; i < std::min(outcome.rejected.size(), kRejectedInLog); ++i) {
    const json::object& reason = outcome.rejected[i].reasons.at(0).as_object();
    const json::value& column = reason.at("column");
    progress.log(fmt::format("row {} rejected: {}{}", outcome.rejected[i].row,
                             column.is_string() ? std::string(column.as_string()) + " " : "",
                             std::string_view(reason.at("message").as_string())));
  }
  if (outcome.rows_rejected > static_cast<std::int64_t>(kRejectedInLog)) progress.log("more are in the quarantine");
  progress.log(outcome.version == 0 ? fmt::format("table {} is as it was", outcome.table)
                                    : fmt::format("table {} is at version {}", outcome.table, outcome.version));
}

// They may be defined later; what comes then feeds them.
void tell_missing_sinks(const Parts& parts, const Trigger& trigger, const base::WorkspaceId& workspace,
                        Progress& progress) {
  for (const std::string& sink : trigger.sinks.value_or(std::vector<std::string>())) {
    if (!parts.meta.sinks().find_sink(workspace, sink)) {
      progress.log(fmt::format("the trigger's sink \"{}\" is not there: it gets no rows", sink));
    }
  }
}

}  // namespace

Trigger FileRuns::trigger_for(const meta::RunRow& run, const json::object& payload) const {
  auto row = parts_.meta.triggers().find_trigger(run.workspace, run.trigger);
  const std::string bucket = text_of(payload, "bucket");
  if (row && row->bucket == bucket) return trigger_of(*row);
  // The built-in one is the same for ever, also once its bucket has another.
  if (run.trigger == kDefaultTrigger) return default_trigger(bucket);
  throw Error(ErrorKind::not_found, fmt::format("the trigger \"{}\" of the bucket {} is gone: make it again and retry "
                                                "this run, or put the file again",
                                                run.trigger, bucket));
}

Committed FileRuns::work(const meta::JobRow& job, const meta::RunRow& run, Progress& progress) const {
  const json::object payload = json::parse(job.payload).as_object();
  const Trigger trigger = trigger_for(run, payload);
  auto workspace = parts_.meta.accounts().find_workspace(run.workspace);
  if (!workspace) throw Error(ErrorKind::not_found, "the run's workspace is gone");
  IngestRequest request;
  request.table = table_for(trigger, run.key);
  request.workspace = *workspace;
  request.origin = {.door = "s3",
                    .principal = text_of(payload, "principal"),
                    .request = base::RequestId(text_of(payload, "request")),
                    .file_name = run.key};
  request.key = trigger.key;
  request.batch = batch_of(job);
  request.max_rejected_shown = kRejectedInLog;
  if (trigger.mode == WriteMode::replace) parts_.settle(workspace->id, request.table);

  const std::optional<TableState> table = find_state(parts_, workspace->id, request.table);
  ObjectBytes bytes(files_, pieces_of(parts_.meta.buckets(), run.file, run.upload, run.size));
  StagedFile file = FileStaging(parts_, files_, progress)
                        .stage(workspace->id, file_name_of(run.key), bytes, trigger.file, column_names(table));
  progress.log(fmt::format("{}{}", to_text(file.form), folded_with(file.folding)));
  if (!table && file.scan.rows == 0 && file.form.format != BodyFormat::parquet) {
    throw Error(
        ErrorKind::invalid_argument,
        "the file has no rows, so nothing tells the types of a new table's columns: put it again once it has some");
  }
  request.format = file.form.format;
  request.header = file.form.has_header ? IngestRequest::CsvHeader::present : IngestRequest::CsvHeader::absent;

  Received taken = ingest_.take(std::move(request), std::move(file.folder), std::move(file.path), std::move(file.scan));
  Received received =
      ingest_.settle(std::move(taken), {.mode = trigger.mode,
                                        .natural_keys = {"id", "email"},
                                        .stamp = Stamp{.column = std::string(kProcessedAt), .at = base::now_micros()}});
  progress.log(fmt::format("table {}, {}", received.request().table, mode_of(received.request(), table)));
  const std::string table_name = received.request().table;
  progress.check();
  Checked checked = ingest_.check(std::move(received));
  progress.check();
  Written written = ingest_.write(std::move(checked));
  progress.check();
  sinks_.fed(workspace->id, table_name, trigger.sinks);
  tell_missing_sinks(parts_, trigger, workspace->id, progress);
  return ingest_.commit(std::move(written));
}

// The server may have ended between the commit and the note that the job has succeeded.
std::optional<json::object> FileRuns::done_before(const meta::JobRow& job, Progress& progress) const {
  auto batch = parts_.meta.catalog().find_batch(batch_of(job));
  if (!batch) return std::nullopt;
  progress.log("the rows were committed by an attempt before this one");
  release(job.id);
  Outcome outcome;
  outcome.request = batch->request;
  outcome.batch = batch->id;
  if (auto table = parts_.meta.catalog().find_table(batch->table)) outcome.table = table->name;
  outcome.version = batch->version;
  outcome.rows_received = batch->rows_received;
  outcome.rows_accepted = batch->rows_accepted;
  outcome.rows_rejected = batch->rows_rejected;
  return result_of(outcome);
}

json::object FileRuns::run(const meta::JobRow& job, Progress& progress) const {
  if (auto result = done_before(job, progress)) return *std::move(result);
  auto run = parts_.meta.triggers().find_run(job.id);
  if (!run || (run->file.empty() && run->upload.empty())) {
    throw Error(ErrorKind::not_found, "the bytes that this run was to read are gone: put the file again");
  }
  const base::Micros started = base::steady_micros();
  auto tell_end = [&] {
    progress.log(
        fmt::format("END {} after {} ms", job.id.value, (base::steady_micros() - started) / base::kMillisecond));
  };
  progress.log(fmt::format("START {}: {} of {} bytes, version {}, by trigger {}", job.id.value, job.object, run->size,
                           run->version, run->trigger));
  try {
    const Committed done = work(job, *run, progress);
    if (done.outcome.table.empty()) return done_before(job, progress).value();
    tell_outcome(done.outcome, progress);
    tell_end();
    release(job.id);
    return result_of(done.outcome);
  } catch (const Error& error) {
    progress.log(fmt::format("ERROR {}", error.message()));
    tell_end();
    throw;
  }
}

// What is not taken back now is found by a sweep.
void FileRuns::release(const base::JobId& job) const { files_.remove(parts_.meta.triggers().release(job)); }

std::int64_t FileRuns::sweep(Progress& progress) const {
  std::int64_t swept = 0;
  while (true) {
    const std::vector<base::JobId> spent = parts_.meta.triggers().spent_runs(kRunsAtOnce);
    for (const base::JobId& job : spent) {
      progress.check();
      release(job);
      ++swept;
    }
    if (spent.size() < kRunsAtOnce) return swept;
  }
}

}  // namespace boathouse::core
