// SPDX-License-Identifier: Apache-2.0
// Who changed what, refused tries included; rows are only ever added. Any thread; calls block. Faults are base::Error
// as in catalog_store.h.
#pragma once

#include <optional>
#include <vector>

#include "meta/rows.h"

namespace boathouse::meta {

// What is set narrows.
struct AuditListing {
  std::optional<std::int64_t> before{};  // rows with a lower id only
  std::optional<base::WorkspaceId> workspace{};
  std::optional<std::string> who{};
  std::optional<std::string> what{};
  std::optional<std::string> outcome{};
  std::optional<base::RequestId> request{};
  std::size_t limit = 100;
};

class AuditStore {
 public:
  virtual ~AuditStore() = default;

  virtual void append(const AuditRow& row) = 0;
  // Newest first.
  virtual std::vector<AuditRow> list(const AuditListing& listing) = 0;
};

}  // namespace boathouse::meta
