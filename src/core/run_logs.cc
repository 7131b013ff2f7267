// SPDX-License-Identifier: Apache-2.0
#include "core/run_logs.h"

#include <algorithm>
#include <set>

#include "core/triggers.h"

namespace boathouse::core {

std::vector<std::string> RunLogs::triggers(const meta::WorkspaceRow& workspace) const {
  std::set<std::string> names;
  for (const ListedTrigger& listed : Triggers(parts_).list(workspace)) names.insert(listed.trigger.name);
  for (std::string& name : parts_.meta.triggers().triggers_with_runs(workspace.id)) names.insert(std::move(name));
  return {names.begin(), names.end()};
}

std::vector<meta::JobRow> RunLogs::runs(const meta::RunListing& listing) const {
  return parts_.meta.triggers().list_runs(listing);
}

std::optional<meta::JobRow> RunLogs::find(const meta::WorkspaceRow& workspace, std::string_view trigger,
                                          const base::JobId& id) const {
  auto run = parts_.meta.triggers().find_run(id);
  if (!run || run->workspace != workspace.id || run->trigger != trigger) return std::nullopt;
  return parts_.meta.jobs().find_job(id);
}

std::vector<meta::JobLogRow> RunLogs::lines(const base::JobId& run) const {
  return parts_.meta.jobs().job_log(run, 0, static_cast<std::size_t>(meta::kMaxJobLogLines));
}

}  // namespace boathouse::core
