// SPDX-License-Identifier: Apache-2.0
#include "core/sweep.h"

namespace boathouse::core {
namespace {

// Removed in one transaction at most, so that commits get in between.
constexpr std::int64_t kJobsAtOnce = 1000;
constexpr std::int64_t kKeysAtOnce = 10'000;

}  // namespace

Swept sweep(meta::MetaStore& meta, const SweepRules& rules, base::Micros now, Progress& progress) {
  Swept swept;
  for (std::int64_t removed = kKeysAtOnce; removed == kKeysAtOnce; swept.idempotency_keys += removed) {
    progress.check();
    removed = meta.catalog().purge_idempotency(now, rules.keep_idempotency_keys, kKeysAtOnce);
  }
  for (std::int64_t removed = kJobsAtOnce; removed == kJobsAtOnce; swept.jobs += removed) {
    progress.check();
    removed = meta.jobs().prune_jobs(now - rules.keep_jobs_for, rules.keep_jobs, kJobsAtOnce);
  }
  progress.log(fmt::format("removed {} idempotency keys and {} ended jobs", swept.idempotency_keys, swept.jobs));
  return swept;
}

}  // namespace boathouse::core
