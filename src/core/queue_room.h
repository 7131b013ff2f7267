// SPDX-License-Identifier: Apache-2.0
// How many jobs of one kind a workspace may have waiting. Blocking; any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/parts.h"

namespace boathouse::core {

class QueueRoom {
 public:
  // `what` waits for it, as errors say: "files of this workspace wait for their run".
  QueueRoom(const Parts& parts, std::string_view kind, std::string_view what)
      : parts_(parts), kind_(kind), what_(what) {}

  // Before so many are queued. Error{too_many_requests} where the limit `max_queued_files` leaves no room for them.
  void take(const base::WorkspaceId& workspace, std::int64_t jobs);

 private:
  const Parts& parts_;
  const std::string kind_;
  const std::string what_;

  std::mutex mutex_;
  // Guarded by mutex_: no less than what waits in each workspace; looked at only when it comes near the limit.
  std::map<base::WorkspaceId, std::int64_t> most_queued_;
};

}  // namespace boathouse::core
