// SPDX-License-Identifier: Apache-2.0
// Upkeep of one table or of all, as jobs do it: what is due is found out, done and told. Blocking; any thread, and only one
// at a time works on a table.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <mutex>
#include <string>

#include "core/job_kind.h"
#include "core/upkeep.h"

namespace boathouse::core {

// Queued by every kCommitsBetweenUpkeep-th commit to a table; its object is the table's name.
JobKind upkeep_kind();
meta::JobRow upkeep_job(const meta::TableRow& table);
inline constexpr std::int64_t kCommitsBetweenUpkeep = 16;

// Looks after all tables and folders, every `upkeep.every`.
JobKind house_keeping_kind(const UpkeepOptions& options);

struct UpkeepTotals {
  std::int64_t compacted_files = 0;
  std::int64_t expired_versions = 0;
  std::int64_t removed_files = 0;
  std::int64_t removed_bytes = 0;
  std::int64_t waiting_files = 0;

  UpkeepTotals& operator+=(const UpkeepTotals& other);
  boost::json::object to_json() const;
};

class HouseKeeping {
 public:
  explicit HouseKeeping(const Parts& parts) : parts_(parts) {}

  // Nothing when there is no such table any more.
  UpkeepTotals keep_table(const base::TableId& table, Progress& progress);
  // Every table that changed since it was last looked after or has something due, and what dropped tables left. One that
  // fails is told in the log and does not keep the others from their turn.
  UpkeepTotals keep_all(Progress& progress);

  // Since the process began.
  UpkeepTotals totals() const;

 private:
  // When a folder needs a look again, unless its table's pointer moves.
  struct Look {
    std::string pointer;
    base::Micros next = 0;        // for anything
    base::Micros metadata = 0;    // for old metadata files
    base::Micros everything = 0;  // for all files that nothing refers to
  };
  std::optional<Look> look(const std::string& folder) const;
  void remember(const std::string& folder, const Look& look, const UpkeepTotals& done);
  UpkeepTotals keep(const meta::TableRow& table, Progress& progress);
  UpkeepTotals keep_folder(const base::WorkspaceId& workspace, const std::string& folder, Progress& progress);
  void keep_folders(const base::WorkspaceId& workspace, Progress& progress, UpkeepTotals& done);

  const Parts& parts_;
  TableLocks turns_;  // by the table's id

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  std::map<std::string, Look> looks_;  // by folder
  UpkeepTotals totals_;
};

}  // namespace boathouse::core
