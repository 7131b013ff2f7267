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

namespace boathouse::core {

struct UpkeepOptions {
  base::Micros file_grace = base::kHour;           // how long a file stays after its last reference
  std::uint64_t target_file_bytes = 128ULL << 20;  // of data files that compaction makes; larger ones are left alone
  base::Micros wait_for_uses = 5 * base::kSecond;  // for running queries, before files are left to the next run
};

// What a table keeps where neither its settings nor its contract say.
inline constexpr std::int64_t kKeepVersions = 1000;
inline constexpr base::Duration kKeepFor{.micros = 30 * base::kDay, .forever = false};

// Forgets versions beyond keep_versions and older than keep_for; those of a quarantine by the settings of its table. Tells
// how many went.
std::int64_t expire_versions(const Parts& parts, const meta::TableRow& table, Progress& progress);

struct RemovedFiles {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t waiting = 0;  // not needed any more, but not for long enough, or something still runs
};
// Removes from the folder of a table (or of one that is no more) what nothing refers to: files of expired versions, of
// commits that never were, old metadata files. `folder` is a table's location.
RemovedFiles remove_unreferenced(const Parts& parts, const base::WorkspaceId& workspace, const std::string& folder,
                                 const UpkeepOptions& options, Progress& progress);

}  // namespace boathouse::core
