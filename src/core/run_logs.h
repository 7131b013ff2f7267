// SPDX-License-Identifier: Apache-2.0
// The logs of triggers' runs. Whoever calls has decided about the workspace. Blocking; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/parts.h"

namespace boathouse::core {

class RunLogs {
 public:
  explicit RunLogs(const Parts& parts) : parts_(parts) {}

  // The triggers that runs are, were or will be of, by name: those that are there, the built-in one, those that are gone.
  std::vector<std::string> triggers(const meta::WorkspaceRow& workspace) const;
  // Those that have begun.
  std::vector<meta::JobRow> runs(const meta::RunListing& listing) const;
  // nullopt where the trigger has no such run.
  std::optional<meta::JobRow> find(const meta::WorkspaceRow& workspace, std::string_view trigger,
                                   const base::JobId& id) const;
  // All that is kept, oldest first.
  std::vector<meta::JobLogRow> lines(const base::JobId& run) const;

 private:
  const Parts& parts_;
};

}  // namespace boathouse::core
