// SPDX-License-Identifier: Apache-2.0
// How a use case leaves its row in the audit log.
#pragma once

#include <string>
#include <string_view>

#include "auth/access.h"
#include "auth/principal.h"
#include "base/error.h"
#include "base/log.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

// Writes the row of what has been decided. Whoever called is not to be told of another outcome because the log's disk is
// full, so that goes into the server's log.
inline void note(meta::MetaStore& store, const meta::AuditRow& audit) {
  try {
    store.audit().append(audit);
  } catch (const base::Error& failure) {
    base::log_error("audit_not_written", {{"what", audit.what}, {"error", failure.message()}});
  }
}

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
    note(store, audit);
    throw;
  }
}

// Decides, and says in `audit` about which workspace, also when it refuses.
inline Access decide(meta::MetaStore& store, const AccessControl& access, const Principal& principal, Action action,
                     std::string_view workspace, meta::AuditRow& audit) {
  if (auto row = store.accounts().find_workspace(workspace)) audit.workspace = row->id;
  Access decided = access.decide(principal, action, workspace);
  audit.workspace = decided.workspace.id;
  return decided;
}

// For use cases that know nothing of the audit log: decides, runs `work(workspace)`, and leaves the row.
template <class Work>
void administered(meta::MetaStore& store, const AccessControl& access, const Caller& caller, Action action,
                  std::string_view workspace, std::string what, std::string target, Work work) {
  audited(store, caller, std::move(what), std::move(target), [&](meta::AuditRow& audit) {
    work(decide(store, access, caller.principal, action, workspace, audit).workspace);
    note(store, audit);
  });
}

}  // namespace boathouse::auth
