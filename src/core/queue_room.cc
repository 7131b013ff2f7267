// SPDX-License-Identifier: Apache-2.0
#include "core/queue_room.h"

#include <fmt/format.h>

#include "base/error.h"

namespace boathouse::core {

void QueueRoom::take(const base::WorkspaceId& workspace, std::int64_t jobs) {
  if (jobs == 0) return;
  const std::int64_t limit = parts_.limits.max_queued_files;
  std::lock_guard lock(mutex_);
  auto known = most_queued_.find(workspace);
  if (known == most_queued_.end() || known->second + jobs > limit) {
    const std::int64_t queued = parts_.meta.jobs().count_queued(workspace, kind_);
    known = most_queued_.insert_or_assign(workspace, queued).first;
  }
  if (known->second + jobs > limit) {
    throw base::Error(base::ErrorKind::too_many_requests,
                      fmt::format("{} {} already: send more when some are done", known->second, what_))
        .with("limit", limit);
  }
  known->second += jobs;
}

}  // namespace boathouse::core
