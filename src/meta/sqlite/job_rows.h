// SPDX-License-Identifier: Apache-2.0
// What the statements about jobs share.
#pragma once

#include <string>
#include <vector>

#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {

inline const std::string kJobColumns =
    "id, kind, workspace_id, object, user_id, is_private, single, ordered, cancellable, cancel_requested, state, "
    "payload, "
    "result, "
    "error, attempts, max_attempts, run_at, lease_owner, lease_until, fencing, done, total, unit, created_at, "
    "queued_at, "
    "started_at, finished_at, updated_at";

JobRow job_row(Query& row);

// Numbers the lines after those that are there and drops the oldest past kMaxJobLogLines.
void append_job_log(Connection& connection, const base::JobId& id, const std::vector<JobLogRow>& lines);

}  // namespace boathouse::meta::sqlite
