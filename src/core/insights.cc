// SPDX-License-Identifier: Apache-2.0
#include "core/insights.h"

#include "base/error.h"
#include "base/names.h"

namespace boathouse::core {

using base::Error;
using base::ErrorKind;

namespace {

QueryRequest request_of(const meta::WorkspaceRow& workspace, const meta::InsightRow& insight) {
  QueryRequest request;
  request.sql = insight.sql;
  request.workspace = workspace;
  // Whoever runs it, an insight sees its own workspace and no other.
  request.lookup = [&workspace](std::string_view name) -> meta::WorkspaceRow {
    if (name == workspace.name) return workspace;
    throw Error(ErrorKind::not_found, fmt::format("an insight reads its own workspace only, not \"{}\"", name));
  };
  return request;
}

}  // namespace

bool Insights::put(const meta::WorkspaceRow& workspace, meta::InsightRow insight) const {
  base::check_name(insight.name, "insight");
  queries_.check_text(request_of(workspace, insight));
  insight.workspace = workspace.id;
  insight.updated_at = base::now_micros();
  return parts_.meta.insights().put_insight(insight);
}

std::optional<meta::InsightRow> Insights::find(const meta::WorkspaceRow& workspace, std::string_view name) const {
  return parts_.meta.insights().find_insight(workspace.id, name);
}

std::vector<meta::InsightRow> Insights::list(const meta::WorkspaceRow& workspace) const {
  return parts_.meta.insights().list_insights(workspace.id);
}

void Insights::remove(const meta::WorkspaceRow& workspace, std::string_view name) const {
  if (!parts_.meta.insights().delete_insight(workspace.id, name)) {
    throw Error(ErrorKind::not_found, fmt::format("there is no insight \"{}\" in this workspace", name));
  }
}

engine::QueryResult Insights::run(const meta::WorkspaceRow& workspace, const meta::InsightRow& insight,
                                  engine::ResultFormat format, std::optional<std::uint64_t> limit,
                                  engine::ResultConsumer& consumer, std::stop_token stop) const {
  QueryRequest request = request_of(workspace, insight);
  request.format = format;
  request.limit = limit;
  request.stop = std::move(stop);
  return queries_.run(request, consumer);
}

}  // namespace boathouse::core
