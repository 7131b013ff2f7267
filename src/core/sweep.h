// SPDX-License-Identifier: Apache-2.0
// Removes what has had its time: idempotency keys that expired or are too many, old jobs that ended with their logs. Batch rows and the
// audit log are kept for good, and staging is not touched: every batch removes its own folder, and a start what a crash
// left. Blocking; any thread.
#pragma once

#include "core/job_kind.h"
#include "core/progress.h"
#include "meta/meta_store.h"

namespace boathouse::core {

struct SweepRules {
  base::Micros keep_jobs_for = 7 * base::kDay;
  std::int64_t keep_jobs = 10'000;                  // ended ones of a workspace
  std::int64_t keep_idempotency_keys = 10'000'000;  // the oldest go first
};

struct Swept {
  std::int64_t idempotency_keys = 0;
  std::int64_t jobs = 0;
};

Swept sweep(meta::MetaStore& meta, const SweepRules& rules, base::Micros now, Progress& progress);

inline JobKind sweep_kind(base::Micros every) { return {.name = "sweep", .every = every}; }

}  // namespace boathouse::core
