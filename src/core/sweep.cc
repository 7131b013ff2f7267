// SPDX-License-Identifier: Apache-2.0
#include "core/sweep.h"

namespace boathouse::core {
namespace {

// Removed in one transaction at most, so that commits get in between.
constexpr std::int64_t kJobsAtOnce = 1000;

}  // namespace

Swept sweep(meta::MetaStore& meta, const SweepRules& rules, base::Micros now, Progress& progress) {
  Swept swept;
  swept.idempotency_keys = meta.catalog().purge_idempotency(now);
  for (std::int64_t removed = kJobsAtOnce; removed == kJobsAtOnce; swept.jobs += removed) {
    progress.check();
    removed = meta.jobs().prune_jobs(now - rules.keep_jobs_for, rules.keep_jobs, kJobsAtOnce);
  }
  progress.log(
      fmt::format("removed {} expired idempotency keys and {} ended jobs", swept.idempotency_keys, swept.jobs));
  return swept;
}

}  // namespace boathouse::core
