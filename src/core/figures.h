// SPDX-License-Identifier: Apache-2.0
// What the use cases count of their own work since the process began. Made once by app, which shows it as metrics
// (docs/METRICS.md). Any thread.
#pragma once

#include <array>

#include "base/error_kinds.h"
#include "base/figures.h"

namespace boathouse::core {

struct Figures {
  // Batches.
  base::Counter bytes_received;  // of bodies, as they were unfolded
  base::Counter batches;         // committed, as are the rows that follow
  base::Counter rows_accepted;
  base::Counter rows_rejected;   // went into quarantine
  base::Counter rows_corrected;  // left it for their table
  base::Counter rows_discarded;  // were deleted from it
  base::Durations check;
  base::Durations write;
  base::Durations commit;  // of a batch: lock, tries and all

  // Attempts to move tables' pointers, whatever for.
  base::Counter commits_done;
  base::Counter commits_conflicted;  // a table had moved on: tried again by whoever asked
  base::Counter commits_replayed;
  base::Counter commits_failed;

  // Documents: acknowledged, then committed or put into quarantine.
  base::Counter documents_received;
  base::Counter documents_committed;
  base::Counter documents_rejected;

  // SQL of clients.
  base::Durations queries;
  base::Counter queries_done;
  std::array<base::Counter, base::kErrorKinds.size()> queries_failed;  // by the error's kind
};

}  // namespace boathouse::core
