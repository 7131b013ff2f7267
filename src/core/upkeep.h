// SPDX-License-Identifier: Apache-2.0
// Keeping tables small and quick (docs/maintenance.md): versions expire, small files and deletes are compacted, files that
// nothing refers to any more are removed. Each is a use case of its own that finds out what there is to do, does it, and may
// be cut short anywhere: what it did until then is whole, and the next run goes on. Blocking; any thread, but one run for a
// table at a time (two would only undo each other's work).
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "core/parts.h"
#include "core/progress.h"
#include "core/table_state.h"
#include "core/upkeep_options.h"

namespace boathouse::core {

// What a table keeps where neither its settings nor its contract say.
inline constexpr std::int64_t kKeepVersions = 1000;
inline constexpr base::Duration kKeepFor{.micros = 30 * base::kDay, .forever = false};

// How long versions stay at least; those of a quarantine as long as those of its table.
base::Duration keep_for(const Parts& parts, const meta::TableRow& table);

// Forgets versions beyond keep_versions and older than keep_for; those of a quarantine by the settings of its table. Tells
// how many went.
std::int64_t expire_versions(const Parts& parts, const meta::TableRow& table, Progress& progress);

struct Compacted {
  std::int64_t files_before = 0;  // data and delete files that went
  std::int64_t files_after = 0;   // that came for them
  std::int64_t bytes_before = 0;
  std::int64_t bytes_after = 0;
  std::int64_t given_up = 0;  // groups of files that commits changed meanwhile, too often

  Compacted& operator+=(const Compacted& other);
};
// Rewrites small files, and files with many deletes, of each branch, as compaction_plan.h says; but for those of a branch's
// last upload, where uploads are tagged (versions.h). Rows and their order within a partition's
// age stay; each commit is a version whose operation is `replace`. Commits of others are not held up: what they changed
// meanwhile is left out and planned anew, and only a small group that loses again and again is rewritten under the table's
// lock.
Compacted compact(const Parts& parts, const meta::TableRow& table, const UpkeepOptions& options, Progress& progress);

struct RemovedFiles {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t waiting = 0;  // not needed any more, but not for long enough, or something still runs
};
// How much is looked at: for `metadata` only the old metadata files, which asks for no reading.
enum class RemovalScope { metadata, everything };
// Removes from the folder of a table (or of one that is no more) what nothing refers to: files of expired versions, of
// commits that never were, old metadata files. `folder` is a table's location.
RemovedFiles remove_unreferenced(const Parts& parts, const base::WorkspaceId& workspace, const std::string& folder,
                                 const UpkeepOptions& options, Progress& progress,
                                 RemovalScope scope = RemovalScope::everything);

}  // namespace boathouse::core
