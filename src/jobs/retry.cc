// SPDX-License-Identifier: Apache-2.0
#include "jobs/retry.h"

namespace boathouse::jobs {

bool may_pass(base::ErrorKind kind) {
  using enum base::ErrorKind;
  switch (kind) {
    case conflict:
    case too_many_requests:
    case timeout:
    case cancelled:
    case storage_full:
    case unavailable:
    case unknown_outcome:
    case internal: return true;
    case invalid_argument:
    case unauthenticated:
    case permission_denied:
    case not_found:
    case already_exists:
    case too_large:
    case unsupported_media:
    case unprocessable: return false;
  }
  return false;
}

bool has_another(const core::RetryPolicy& policy, const meta::JobRow& job, base::Micros then) {
  return !has_used_attempts(job) || then - job.queued_at < policy.at_least;
}

base::Micros wait_after(const core::RetryPolicy& policy, std::int64_t attempt, double fraction) {
  base::Micros most = policy.first_wait;
  for (std::int64_t i = 1; i < attempt && most < policy.longest_wait; ++i) most *= 2;
  return static_cast<base::Micros>(static_cast<double>(std::min(most, policy.longest_wait)) * fraction);
}

}  // namespace boathouse::jobs
