// SPDX-License-Identifier: Apache-2.0
// How a use case of accounts leaves its row in the audit log.
#pragma once

#include "auth/accounts.h"
#include "base/error.h"
#include "base/log.h"

namespace boathouse::auth {

template <class Work>
auto Accounts::audited(const Caller& caller, std::string what, std::string target, Work work) {
  meta::AuditRow audit{.at = base::now_micros(),
                       .who = caller.principal.name,
                       .what = std::move(what),
                       .target = std::move(target),
                       .outcome = "ok",
                       .request = caller.request};
  try {
    return work(audit);
  } catch (const base::Error& error) {
    audit.outcome = error.code();
    try {
      store_.audit().append(audit);
    } catch (const base::Error& failure) {
      // The caller's answer is the first error; that the refusal could not be noted belongs into the log.
      base::log_error("audit_not_written", {{"what", audit.what}, {"error", failure.message()}});
    }
    throw;
  }
}

}  // namespace boathouse::auth
