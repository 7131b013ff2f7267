// SPDX-License-Identifier: Apache-2.0
// Applies an installation read from files (apply_files.h): users, contracts, insights, triggers, sinks. Idempotent. Blocking.
#pragma once

#include "auth/accounts.h"
#include "core/apply_files.h"
#include "core/insights.h"
#include "core/sinks.h"
#include "core/tables.h"
#include "core/triggers.h"

namespace boathouse::core {

struct AppliedItem {
  std::string kind;  // "user", "table", "insight", "trigger", "sink"
  std::string name;
  std::string action;  // "created", "changed", "left"
};

struct Applied {
  std::vector<AppliedItem> items;
  std::vector<FileProblem> problems;  // of reading and of applying; nothing of such a file was applied
};

class Installer {
 public:
  Installer(const Parts& parts, auth::Accounts& accounts, const Tables& tables, const Insights& insights,
            const Triggers& triggers, const Sinks& sinks)
      : parts_(parts), accounts_(accounts), tables_(tables), insights_(insights), triggers_(triggers), sinks_(sinks) {}

  Applied apply(const Installation& installation, const auth::Caller& caller) const;

 private:
  const Parts& parts_;
  auth::Accounts& accounts_;
  const Tables& tables_;
  const Insights& insights_;
  const Triggers& triggers_;
  const Sinks& sinks_;
};

}  // namespace boathouse::core
