// SPDX-License-Identifier: Apache-2.0
// The triggers of a workspace, and the runs that a new object version is to have. Blocking; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/actor.h"
#include "core/job_kind.h"
#include "core/parts.h"
#include "core/queue_room.h"
#include "core/trigger.h"

namespace boathouse::core {

// One run for each created version and trigger that it fits, in the order of the versions of a key. What may pass is tried
// again for an hour.
inline JobKind ingest_kind() {
  return {.name = "ingest",
          .retry = {.attempts = 5, .longest_wait = 30 * base::kSecond, .at_least = base::kHour},
          .ordered = true,
          .lane = JobLane::files};
}

// What is shown of a trigger beside what its owner said.
struct ListedTrigger {
  Trigger trigger{};
  bool built_in = false;  // the one that the bucket was made with
};

class Triggers {
 public:
  explicit Triggers(const Parts& parts)
      : parts_(parts), room_(parts, ingest_kind().name, "files of this workspace wait for their run") {}

  // Makes or replaces; the bucket's built-in one gives way. True when it is new. Error{invalid_argument} for the bucket that
  // shows documents.
  bool put(const meta::WorkspaceRow& workspace, Trigger trigger) const;
  // By name; the default trigger of a bucket that has it is found too: of `bucket`, else of the first by name.
  // Error{not_found}.
  ListedTrigger find(const meta::WorkspaceRow& workspace, std::string_view name, std::string_view bucket = {}) const;
  // By name, then the built-in ones by bucket.
  std::vector<ListedTrigger> list(const meta::WorkspaceRow& workspace) const;
  // Of a built-in one: takes it from `bucket`, else from every bucket of the workspace. Error{not_found}.
  void remove(const meta::WorkspaceRow& workspace, std::string_view name, std::string_view bucket = {}) const;

  // Whether a new bucket of that name gets the default trigger: unless there is one for it already.
  bool wants_default(const meta::WorkspaceRow& workspace, std::string_view bucket) const;

  // Those that a version had or has, oldest first.
  std::vector<meta::RunState> runs_of(const meta::ObjectRow& version) const {
    return parts_.meta.triggers().runs_of(version);
  }
  // The runs of a version that is about to be made. Error{too_many_requests} while the workspace has as many queued ones as
  // the limits allow.
  std::vector<meta::NewRun> runs_for(const meta::BucketRow& bucket, const std::string& key, const Actor& by) const;

 private:
  const Parts& parts_;
  mutable QueueRoom room_;
};

}  // namespace boathouse::core
