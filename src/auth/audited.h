// SPDX-License-Identifier: Apache-2.0
// How a use case leaves its row in the audit log.
#pragma once

#include <string>

#include "auth/principal.h"
#include "base/error.h"
#include "base/log.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

// Runs `work(audit)`, which writes `audit` together with the change, and may say in it where and on what it works;
// leaves it as refused when an error comes out.
template <class Work>
auto audited(meta::MetaStore& store, const Caller& caller, std::string what, std::string target, Work work) {
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
      store.audit().append(audit);
    } catch (const base::Error& failure) {
      // The caller's answer is the first error; that the refusal could not be noted belongs into the log.
      base::log_error("audit_not_written", {{"what", audit.what}, {"error", failure.message()}});
    }
    throw;
  }
}

}  // namespace boathouse::auth
