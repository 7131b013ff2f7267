// SPDX-License-Identifier: Apache-2.0
// Named, saved queries. Blocking; any thread.
#pragma once

#include "core/query.h"

namespace boathouse::core {

class Insights {
 public:
  Insights(const Parts& parts, const Queries& queries) : parts_(parts), queries_(queries) {}

  // Error{invalid_argument, permission_denied} when the statement is none that /v1/sql would run. Tables need not exist
  // yet; where they do, so must the columns. True when it is new.
  bool put(const meta::WorkspaceRow& workspace, meta::InsightRow insight) const;
  std::optional<meta::InsightRow> find(const meta::WorkspaceRow& workspace, std::string_view name) const;
  std::vector<meta::InsightRow> list(const meta::WorkspaceRow& workspace) const;
  // Error{not_found}.
  void remove(const meta::WorkspaceRow& workspace, std::string_view name) const;

  // Runs it; it may read the tables of its own workspace only.
  engine::QueryResult run(const meta::WorkspaceRow& workspace, const meta::InsightRow& insight,
                          engine::ResultFormat format, std::optional<std::uint64_t> limit,
                          engine::ResultConsumer& consumer, std::stop_token stop = {}) const;

 private:
  const Parts& parts_;
  const Queries& queries_;
};

}  // namespace boathouse::core
