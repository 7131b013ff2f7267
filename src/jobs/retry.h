// SPDX-License-Identifier: Apache-2.0
// When an attempt that failed is worth another. Pure.
#pragma once

#include "base/error.h"
#include "core/job_kind.h"

namespace boathouse::jobs {

// False for what the same work would fail at again, however often: wrong input, missing rights, damage.
bool may_pass(base::ErrorKind kind);

// True once `job`, which is claimed, has as many attempts behind it as its kind promises, this one among them.
inline bool has_used_attempts(const meta::JobRow& job) { return job.attempts >= job.max_attempts; }

// True while `job`, whose attempt failed, has attempts left, or time at `then`, when the next one would begin.
bool has_another(const core::RetryPolicy& policy, const meta::JobRow& job, base::Micros then);

// How long to wait after the `attempt`th attempt (from 1): exponential, with full jitter, of which `fraction` (0 to 1) is
// the throw.
base::Micros wait_after(const core::RetryPolicy& policy, std::int64_t attempt, double fraction);

}  // namespace boathouse::jobs
