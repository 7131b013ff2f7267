// SPDX-License-Identifier: Apache-2.0
// Named, saved queries. Any thread; calls block. Faults are base::Error as in catalog_store.h.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "meta/rows.h"

namespace boathouse::meta {

class InsightStore {
 public:
  virtual ~InsightStore() = default;

  // Makes or replaces. True when it is new. Error{not_found} when the workspace is gone.
  virtual bool put_insight(const InsightRow& insight) = 0;
  virtual std::optional<InsightRow> find_insight(const base::WorkspaceId& workspace, std::string_view name) = 0;
  // By name, without case.
  virtual std::vector<InsightRow> list_insights(const base::WorkspaceId& workspace) = 0;
  // False when there was none.
  virtual bool delete_insight(const base::WorkspaceId& workspace, std::string_view name) = 0;
};

}  // namespace boathouse::meta
