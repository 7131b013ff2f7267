// SPDX-License-Identifier: Apache-2.0
// Backups and restores as jobs: the rows that queue them and the work that app binds to their kinds. A backup has the id of
// the job that makes it. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "core/backups.h"
#include "core/job_kind.h"

namespace boathouse::core {

inline JobKind backup_kind() { return {.name = "backup"}; }
inline JobKind restore_kind() { return {.name = "restore"}; }

// Of the table as it is now, whatever it is when the job runs. Error{not_found} when there is no such table.
meta::JobRow backup_job(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view table,
                        const Actor& actor);
// Of the newest backup when none is named. Error{not_found} when there is no such backup.
meta::JobRow restore_job(const Backups& backups, const meta::WorkspaceRow& workspace, std::string_view table,
                         const std::optional<BackupId>& backup, const Actor& actor);

// {backup,table,version,rows,bytes}
boost::json::object run_backup(const Parts& parts, const Backups& backups, const meta::JobRow& job, Progress& progress);
// {backup,table,version,rows}
boost::json::object run_restore(const Parts& parts, const Backups& backups, const meta::JobRow& job,
                                Progress& progress);

}  // namespace boathouse::core
