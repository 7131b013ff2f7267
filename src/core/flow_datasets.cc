// SPDX-License-Identifier: Apache-2.0
#include "core/flow_datasets.h"

#include <boost/json/parse.hpp>

#include "base/error.h"
#include "base/log.h"
#include "core/dataset_summary.h"
#include "core/file_staging.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

Error no_dataset() { return Error(ErrorKind::not_found, "Flow has no dataset").code("invalid-dataset"); }

Error has_dataset() { return {ErrorKind::already_exists, "Flow already has a dataset"}; }

Error no_csv(const std::string& why) {
  return {ErrorKind::invalid_argument, "The dataset is no CSV with a header: " + why};
}

Actor actor_of(const auth::Caller& caller) {
  return {.principal = caller.principal.name, .request = caller.request, .door = "flows"};
}

// What cannot be read as CSV has thrown already.
void check_form(const StagedFile& staged) {
  if (staged.folding != base::Folding::none) throw no_csv("it is compressed; send it as it is");
  if (staged.form.format != BodyFormat::csv) throw no_csv("it is " + to_text(staged.form));
  if (!staged.form.has_header) {
    throw no_csv("its first line holds values; begin it with the columns' names, or say header=true if it does");
  }
  if (staged.scan.rows == 0) throw no_csv("it has no rows");
}

meta::WorkspaceRow require_workspace(const Parts& parts, const base::WorkspaceId& id) {
  auto workspace = parts.meta.accounts().find_workspace(id);
  if (!workspace) throw invalid_flow();
  return *std::move(workspace);
}

}  // namespace

DatasetUpload FlowDatasets::begin(const auth::Caller& caller, std::int64_t fid, bool only_first,
                                  bool has_header) const {
  const meta::FlowRow flow = parts_.flows.find(caller, fid);
  if (only_first && flow.dataset > 0) throw has_dataset();
  meta::WorkspaceRow workspace = require_workspace(parts_.core, flow.workspace);
  meta::BucketRow bucket = bucket_of(workspace);
  ObjectWriter file = parts_.objects.begin(bucket, {});
  return {.caller = caller,
          .fid = fid,
          .only_first = only_first,
          .has_header = has_header,
          .workspace = std::move(workspace),
          .bucket = std::move(bucket),
          .file = std::move(file)};
}

void FlowDatasets::append(DatasetUpload& upload, std::string_view bytes) const {
  if (static_cast<std::uint64_t>(upload.file.size()) + bytes.size() > max_bytes_) {
    throw Error(ErrorKind::too_large, fmt::format("A dataset has at most {} bytes", max_bytes_))
        .with("limit", static_cast<std::int64_t>(max_bytes_));
  }
  upload.file.append(bytes);
}

// Made with the first dataset of the workspace.
meta::BucketRow FlowDatasets::bucket_of(const meta::WorkspaceRow& workspace) const {
  meta::BucketRow bucket = parts_.buckets.find_or_create(workspace, kDatasetBucket, false);
  if (bucket.versioning != meta::Versioning::enabled) {
    parts_.buckets.change(bucket, [](meta::BucketRow& row) { row.versioning = meta::Versioning::enabled; });
    bucket.versioning = meta::Versioning::enabled;
  }
  return bucket;
}

// A flow keeps its table for good; a name that something else has already is not taken away from it.
std::string FlowDatasets::table_of(const meta::FlowRow& flow) const {
  if (!flow.dataset_table.empty()) return flow.dataset_table;
  const std::string plain = fmt::format("flow_{}", flow.fid);
  std::string name = plain;
  for (int i = 2; parts_.core.meta.catalog().find_table(flow.workspace, name); ++i)
    name = fmt::format("{}_{}", plain, i);
  auto claimed = parts_.core.meta.flows().claim_table(flow.fid, name);
  if (!claimed) throw invalid_flow();
  return *std::move(claimed);
}

Written FlowDatasets::write(const DatasetUpload& upload, const std::string& table) const {
  NoProgress progress;
  ObjectBytes bytes(parts_.files,
                    {{.name = upload.file.name(), .size = static_cast<std::uint64_t>(upload.file.size())}});
  const FileOptions told{.format = upload.has_header ? std::optional(BodyFormat::csv) : std::nullopt,
                         .delimiter = ',',
                         .header = upload.has_header ? std::optional(true) : std::nullopt};
  StagedFile staged = FileStaging(parts_.core, parts_.files, progress, FileManners::as_pandas)
                          .stage(upload.workspace.id, "dataset", bytes, told, {});
  check_form(staged);
  IngestRequest request;
  request.origin = {.door = "flows",
                    .principal = upload.caller.principal.name,
                    .request = upload.caller.request,
                    .file_name = dataset_key(upload.fid)};
  request.workspace = upload.workspace;
  request.table = table;
  request.mode = WriteMode::replace;
  request.columns = Shape::of_batch;
  Ingest& ingest = parts_.ingest;
  return ingest.write(ingest.check(
      ingest.take(std::move(request), std::move(staged.folder), std::move(staged.path), std::move(staged.scan))));
}

meta::ObjectRow FlowDatasets::publish(DatasetUpload& upload) const {
  NewObject object{.key = dataset_key(upload.fid), .by = actor_of(upload.caller)};
  object.facts.headers = {{"content-type", "text/csv"}};
  return parts_.objects.finish(upload.bucket, std::move(object), upload.file);
}

// The upload has failed, and says why itself.
void FlowDatasets::withdraw(const DatasetUpload& upload, const meta::ObjectRow& object) const {
  try {
    parts_.objects.remove(upload.bucket, object.key, object.version, {}, actor_of(upload.caller));
  } catch (const Error& error) {
    base::log_warning("dataset_not_withdrawn", {{"key", object.key}, {"error", error.message()}});
  }
}

meta::FlowDatasetRow FlowDatasets::record(const DatasetUpload& upload, const meta::ObjectRow& object,
                                          const Outcome& outcome) const {
  meta::FlowDatasetRow row{.fid = upload.fid,
                           .bucket = upload.bucket.name,
                           .key = object.key,
                           .object_version = object.version,
                           .bytes = object.size,
                           .table = outcome.table,
                           .version = outcome.version,
                           .rows = outcome.rows_accepted,
                           .rows_rejected = outcome.rows_rejected,
                           .who = upload.caller.principal.name,
                           .at = base::now_micros()};
  auto job_for = [&](const meta::FlowDatasetRow& dataset) {
    return new_job(dataset_summary_kind(), upload.workspace.id, fmt::format("flow/{}", dataset.fid),
                   {{"fid", dataset.fid}, {"number", dataset.number}});
  };
  const meta::FlowEventRow event =
      flow_event(upload.caller, upload.fid, "dataset-uploaded", {{"rows", row.rows}, {"bytes", row.bytes}});
  switch (parts_.core.meta.flows().insert_dataset(row, upload.only_first, job_for, event)) {
    case meta::FlowOutcome::done: return row;
    case meta::FlowOutcome::taken: throw has_dataset();
    case meta::FlowOutcome::gone: break;
  }
  throw invalid_flow();
}

meta::FlowDatasetRow FlowDatasets::finish(DatasetUpload& upload) {
  upload.file.finish();
  const TableLocks::Guard turn = finishing_.lock(upload.workspace.id, std::to_string(upload.fid));
  const meta::FlowRow flow = parts_.flows.find(upload.caller, upload.fid);
  if (upload.only_first && flow.dataset > 0) throw has_dataset();
  Written written = write(upload, table_of(flow));
  const meta::ObjectRow object = publish(upload);
  try {
    return record(upload, object, parts_.ingest.commit(std::move(written)).outcome);
  } catch (...) {
    withdraw(upload, object);
    throw;
  }
}

std::optional<meta::FlowDatasetRow> FlowDatasets::find(const meta::FlowRow& flow) const {
  return parts_.core.meta.flows().find_dataset(flow.fid, flow.dataset);
}

meta::FlowDatasetRow FlowDatasets::newest(const auth::Caller& caller, std::int64_t fid) const {
  auto dataset = find(parts_.flows.find(caller, fid));
  if (!dataset) throw no_dataset();
  return *std::move(dataset);
}

Objects::Opened FlowDatasets::open(const meta::FlowDatasetRow& dataset, const base::WorkspaceId& workspace) const {
  auto bucket = parts_.core.meta.buckets().find_bucket(workspace, dataset.bucket);
  if (!bucket) throw no_dataset();
  try {
    return parts_.objects.open(*bucket, dataset.key, dataset.object_version);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::not_found, "The dataset's file was removed from its bucket").code("invalid-dataset");
  }
}

Objects::Opened FlowDatasets::open(const auth::Caller& caller, std::int64_t fid,
                                   std::optional<std::int64_t> number) const {
  const meta::FlowRow flow = parts_.flows.find(caller, fid);
  const auto dataset = parts_.core.meta.flows().find_dataset(fid, number.value_or(flow.dataset));
  if (!dataset) throw no_dataset();
  return open(*dataset, flow.workspace);
}

FlowDatasets::Summary FlowDatasets::summary(const auth::Caller& caller, std::int64_t fid) const {
  const meta::FlowDatasetRow dataset = newest(caller, fid);
  if (!dataset.summary.empty()) return {.text = dataset.summary, .job = dataset.summary_job};
  const auto job = parts_.core.meta.jobs().find_job(dataset.summary_job);
  if (job && (job->state == meta::JobState::queued || job->state == meta::JobState::running)) return {.job = job->id};
  // It may have ended since the dataset was looked at.
  const meta::FlowDatasetRow now = newest(caller, fid);
  if (!now.summary.empty()) return {.text = now.summary, .job = now.summary_job};
  if (now.number != dataset.number) return {.job = now.summary_job};
  throw Error(ErrorKind::invalid_argument,
              fmt::format("The summary cannot be computed: {}", job ? job->error : "its job is not known any more"));
}

json::object FlowDatasets::compute(const meta::JobRow& job, Progress& progress) const {
  const json::object payload = json::parse(job.payload).as_object();
  const std::int64_t fid = payload.at("fid").as_int64();
  const std::int64_t number = payload.at("number").as_int64();
  const auto flow = parts_.core.meta.flows().find_flow(fid);
  const auto dataset = parts_.core.meta.flows().find_dataset(fid, number);
  if (!flow || !dataset) throw Error(ErrorKind::not_found, "the flow was removed");
  Objects::Opened opened = open(*dataset, flow->workspace);
  const StagedFile staged = FileStaging(parts_.core, parts_.files, progress).bring(flow->workspace, opened.bytes);
  const std::string text = dataset_summary(parts_.core, flow->workspace, staged.path, progress);
  if (!parts_.core.meta.flows().put_summary(fid, number, text))
    throw Error(ErrorKind::not_found, "the flow was removed");
  return {{"fid", fid}, {"number", number}, {"bytes", static_cast<std::int64_t>(text.size())}};
}

}  // namespace boathouse::core
