// SPDX-License-Identifier: Apache-2.0
// Backups of tables: one version's rows as Parquet and as Avro, with schema, contract and checksums, in a folder
// `backups/<workspace id>/<table>/<backup id>/` of its own, which outlives the table. Callers have decided the permission
// already. Blocking; any thread.
//
// Errors: not_found (no such table or backup), unprocessable "damaged-backup" (what is wrong with it), what the engine and
// the store throw, cancelled by `progress`. After an error nothing has happened and nothing is left over.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/backup_manifest.h"
#include "core/parts.h"
#include "core/progress.h"
#include "core/table_moment.h"
#include "core/tables.h"

namespace boathouse::core {

struct RestoreRequest {
  meta::WorkspaceRow workspace;
  std::string table;
  std::optional<BackupId> backup{};  // the newest when absent
  // Makes the restore happen once however often it is tried: derived from the job, unique to it.
  base::BatchId batch;
  Actor actor;
  // The job that this is the work of: it has succeeded once the commit is there, and a commit is refused (cancelled) when
  // another worker has the job by then. Its result is filled in.
  std::optional<meta::JobDone> job{};
};

struct Restored {
  std::string table;
  BackupId backup;
  base::SnapshotId version = 0;
  std::int64_t rows = 0;
};
boost::json::object to_json(const Restored& restored);

// The code of the error where there is no such backup.
inline constexpr std::string_view kNoBackup = "no-backup";

class Backups {
 public:
  // `archive` is where backups lie: a store with files on this machine. Both outlive this.
  Backups(const Parts& parts, store::ObjectStore& archive) : parts_(parts), archive_(archive) {}

  // Writes the table as it was at that moment, as it is now without one, as backup `id`; gives back what is there already
  // when it is complete. Errors of at_moment() too.
  BackupManifest create(const meta::WorkspaceRow& workspace, std::string_view table, const BackupId& id,
                        Progress& progress, const std::optional<TableMoment>& moment = std::nullopt) const;

  // {backups:[{id,at,version,rows,bytes}], next_page_token?}, newest first; complete ones only. Error{not_found} when there
  // is neither a table of that name nor a backup of one.
  boost::json::object list(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const;

  // That backup of a table by that name, or its newest: a complete one, not looked into. Error{not_found, kNoBackup} when
  // there is none.
  BackupId find(const meta::WorkspaceRow& workspace, std::string_view table,
                const std::optional<BackupId>& wanted) const;

  // Checks every file of the backup against its checksum, then makes its rows, columns, partitioning and contract the
  // table's, as a new version. A table that is gone is made anew.
  Restored restore(const RestoreRequest& request, Progress& progress) const;

  // Removes what a crash left of backups that never were complete. At start only, while nothing is written.
  void remove_incomplete() const;

 private:
  std::string folder_of(const meta::WorkspaceRow& workspace, std::string_view table) const;
  std::vector<BackupId> complete(const std::string& folder) const;  // newest first
  BackupManifest verified(const std::string& folder, const BackupId& id, Progress& progress) const;

  const Parts& parts_;
  store::ObjectStore& archive_;
};

}  // namespace boathouse::core
