// SPDX-License-Identifier: Apache-2.0
// The dataset of a flow: a CSV file kept as it came, as an object of the bucket `flows` of the flow's workspace, its rows a
// version of a table there, and its exact summary, which a job computes. A new dataset is a new version of all three. An
// upload is acknowledged once all of it is durable; one that fails leaves the flow as it was. Blocking; any thread.
//
// Errors as in flows.h; {already_exists} "Flow already has a dataset"; {invalid_argument} for a file that is no CSV with a
// header and rows; {too_large} past the limit.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>

#include "core/buckets.h"
#include "core/flows.h"
#include "core/ingest.h"
#include "core/job_kind.h"
#include "core/objects.h"
#include "core/progress.h"

namespace boathouse::core {

// The bucket that datasets lie in. It keeps every version.
inline constexpr const char* kDatasetBucket = "flows";

// Someone waits for it, as for a file that was put into a bucket.
inline JobKind dataset_summary_kind() { return {.name = "dataset-summary", .lane = JobLane::files}; }

// A dataset on its way in: begun before the first byte comes. One thread at a time; what is let go leaves nothing behind.
struct DatasetUpload {
  auth::Caller caller;
  std::int64_t fid = 0;
  bool only_first = false;
  bool has_header = false;  // its owner says so
  meta::WorkspaceRow workspace;
  meta::BucketRow bucket;
  ObjectWriter file;
};

class FlowDatasets {
 public:
  struct Parts {
    const core::Parts& core;
    const Flows& flows;
    Ingest& ingest;
    const Buckets& buckets;
    const Objects& objects;
    ObjectFiles& files;
  };
  // All outlive this.
  FlowDatasets(const Parts& parts, std::uint64_t max_bytes) : parts_(parts), max_bytes_(max_bytes) {}

  std::uint64_t max_bytes() const { return max_bytes_; }

  // `only_first`: the flow must not have a dataset yet. `has_header`: its first line holds names whatever they look like.
  DatasetUpload begin(const auth::Caller& caller, std::int64_t fid, bool only_first, bool has_header = false) const;
  void append(DatasetUpload& upload, std::string_view bytes) const;
  // Of a flow's uploads one is finished at a time.
  meta::FlowDatasetRow finish(DatasetUpload& upload);

  // The newest of a flow that may be seen.
  std::optional<meta::FlowDatasetRow> find(const meta::FlowRow& flow) const;
  // The file of a flow's newest dataset, or of that number. Error{not_found, "invalid-dataset"}.
  Objects::Opened open(const auth::Caller& caller, std::int64_t fid, std::optional<std::int64_t> number) const;

  // The summary of the newest dataset. Error{invalid_argument} when it cannot be computed.
  struct Summary {
    std::string text{};  // JSON but for NaN and infinities; empty while it is computed
    base::JobId job{};   // that computes it
  };
  Summary summary(const auth::Caller& caller, std::int64_t fid) const;

  // The handler of dataset_summary_kind().
  boost::json::object compute(const meta::JobRow& job, Progress& progress) const;

 private:
  meta::BucketRow bucket_of(const meta::WorkspaceRow& workspace) const;
  std::string table_of(const meta::FlowRow& flow) const;
  meta::FlowDatasetRow newest(const auth::Caller& caller, std::int64_t fid) const;
  Objects::Opened open(const meta::FlowDatasetRow& dataset, const base::WorkspaceId& workspace) const;
  Written write(const DatasetUpload& upload, const std::string& table) const;
  meta::ObjectRow publish(DatasetUpload& upload) const;
  void withdraw(const DatasetUpload& upload, const meta::ObjectRow& object) const;
  meta::FlowDatasetRow record(const DatasetUpload& upload, const meta::ObjectRow& object, const Outcome& outcome) const;

  const Parts parts_;
  const std::uint64_t max_bytes_;
  TableLocks finishing_;  // by flow
};

}  // namespace boathouse::core
