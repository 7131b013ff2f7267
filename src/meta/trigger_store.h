// SPDX-License-Identifier: Apache-2.0
// Which objects of a bucket become rows, and the runs that make them so. Any thread; calls block. Faults are base::Error
// as in catalog_store.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/bucket_rows.h"
#include "meta/rows.h"

namespace boathouse::meta {

// A rule: which created objects are runs, and what such a run does.
struct TriggerRow {
  base::WorkspaceId workspace{};
  std::string name{};    // unique in its workspace, without case
  std::string bucket{};  // a name: there may be none of it yet
  std::string prefix{};
  std::string suffix{};
  std::string settings = "{}";  // JSON; its meaning belongs to core
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

// The object version that a job reads. Its bytes stay, whatever becomes of the version, until release().
struct RunRow {
  base::JobId job{};
  base::WorkspaceId workspace{};
  std::string trigger{};  // its name
  BucketId bucket{};
  std::string key{};
  std::int64_t number = 0;
  std::string version{};
  std::string file{};  // as the version had them; both empty once released
  UploadId upload{};
  std::int64_t size = 0;
  std::string etag{};
  base::Micros at = 0;  // when the version was made
};

// How far a run of a version is.
struct RunState {
  base::JobId job{};
  JobState state = JobState::queued;
};

// Runs that have begun, by the order in which they were queued.
struct RunListing {
  base::WorkspaceId workspace{};
  std::string trigger{};
  bool newest_first = false;
  base::JobId after{};             // in that order; empty: from its beginning
  base::Micros changed_since = 0;  // those that nothing was said of since then are left out
  std::size_t limit = 50;
};

class TriggerStore {
 public:
  virtual ~TriggerStore() = default;

  // Makes or replaces; the bucket that it names has no other rule than those made for it from then on. True when it is
  // new. Error{not_found} when the workspace is gone.
  virtual bool put_trigger(const TriggerRow& trigger) = 0;
  virtual std::optional<TriggerRow> find_trigger(const base::WorkspaceId& workspace, std::string_view name) = 0;
  // By name, without case.
  virtual std::vector<TriggerRow> list_triggers(const base::WorkspaceId& workspace) = 0;
  virtual std::vector<TriggerRow> triggers_of(const base::WorkspaceId& workspace, std::string_view bucket) = 0;
  // False when there was none.
  virtual bool delete_trigger(const base::WorkspaceId& workspace, std::string_view name) = 0;

  virtual std::optional<RunRow> find_run(const base::JobId& job) = 0;
  // Of that version, oldest first; those whose jobs are not known any more are left out.
  virtual std::vector<RunState> runs_of(const ObjectRow& version) = 0;
  virtual std::vector<JobRow> list_runs(const RunListing& listing) = 0;
  // The triggers that have runs, each once, also those that are gone.
  virtual std::vector<std::string> triggers_with_runs(const base::WorkspaceId& workspace) = 0;
  // The run needs its bytes no more. Tells the files that nobody needs any more.
  virtual std::vector<std::string> release(const base::JobId& job) = 0;
  // Runs whose jobs have succeeded and still hold bytes, or whose jobs are not known any more; at most `limit`.
  virtual std::vector<base::JobId> spent_runs(std::size_t limit) = 0;
};

}  // namespace boathouse::meta
