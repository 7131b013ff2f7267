// SPDX-License-Identifier: Apache-2.0
// Who changed what, refused tries included; rows are only ever added. Any thread; calls block. Faults are base::Error
// as in catalog_store.h.
#pragma once

#include <optional>
#include <vector>

#include "meta/rows.h"

namespace boathouse::meta {

class AuditStore {
 public:
  virtual ~AuditStore() = default;

  virtual void append(const AuditRow& row) = 0;
  // Newest first, those with an id below `before` (nullopt: from the newest).
  virtual std::vector<AuditRow> list(std::optional<std::int64_t> before, std::size_t limit) = 0;
};

}  // namespace boathouse::meta
