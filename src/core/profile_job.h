// SPDX-License-Identifier: Apache-2.0
// The jobs that profile versions: queued by commits, for a table as it is when the job runs, and by who asks for a profile
// that takes longer than an answer may, for the version that was asked for.
#pragma once

#include <optional>

#include "core/job_kind.h"

namespace boathouse::core {

// A table is profiled once no version has come for so long; what is committed until then is one version.
inline constexpr base::Micros kProfileAfter = 2 * base::kSecond;
// One that is fed all the time is profiled every so often.
inline constexpr base::Micros kProfileAtLeastEvery = 5 * base::kMinute;

JobKind profile_kind();
// Of the table's newest version; its object is the table's name.
meta::JobRow profile_job(const meta::TableRow& table);
// Of this version; its object is TABLE@VERSION.
meta::JobRow profile_job(const meta::TableRow& table, base::SnapshotId version);

// The job to queue in the place of one for a table's newest version, which came at `newest`, while the table is still fed;
// nullopt: its time has come.
std::optional<meta::JobRow> put_off_profile(const meta::JobRow& job, const meta::TableRow& table, base::Micros newest);

struct ProfileOrder {
  base::TableId table;
  base::SnapshotId version = 0;  // 0: the newest
};
ProfileOrder profile_order_of(const meta::JobRow& job);

}  // namespace boathouse::core
