// SPDX-License-Identifier: Apache-2.0
#include "api/native/insights.h"

#include "base/error.h"

namespace boathouse::api::native {
namespace {

boost::json::object to_json(const meta::InsightRow& insight) {
  return {{"name", insight.name},
          {"sql", insight.sql},
          {"public", insight.is_public},
          {"description", insight.description},
          {"updated_at", base::to_rfc3339(insight.updated_at)}};
}

meta::InsightRow require_insight(const Call& call, const meta::WorkspaceRow& workspace) {
  const std::string& name = call.request.param("insight");
  auto found = call.services.insights.find(workspace, name);
  if (!found) {
    throw base::Error(base::ErrorKind::not_found, fmt::format("there is no insight \"{}\" in this workspace", name));
  }
  return std::move(*found);
}

}  // namespace

net::Response list_insights(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  boost::json::array list;
  for (const auto& insight : call.services.insights.list(call.workspace(auth::Action::read))) {
    list.push_back(to_json(insight));
  }
  return net::json_response(200, page_of("insights", std::move(list), page));
}

net::Response get_insight(const Call& call) {
  allow_params(call.request, {});
  return net::json_response(200, to_json(require_insight(call, call.workspace(auth::Action::read))));
}

net::Response put_insight(const Call& call) {
  allow_params(call.request, {});
  const std::string& name = call.request.param("insight");
  net::Response answer;
  call.administer("set-insight", name, [&](const meta::WorkspaceRow& workspace) {
    JsonFields fields(parse_json(call.body));
    meta::InsightRow insight;
    insight.workspace = workspace.id;
    insight.name = name;
    insight.sql = fields.text("sql");
    insight.is_public = fields.optional_flag("public").value_or(false);
    insight.description = fields.optional_text("description").value_or("");
    fields.finish();
    insight.updated_at = base::now_micros();
    bool created = call.services.insights.put(workspace, std::move(insight));
    answer = net::json_response(created ? 201 : 200, to_json(require_insight(call, workspace)));
  });
  return answer;
}

net::Response delete_insight(const Call& call) {
  allow_params(call.request, {});
  const std::string& name = call.request.param("insight");
  call.administer("delete-insight", name,
                  [&](const meta::WorkspaceRow& workspace) { call.services.insights.remove(workspace, name); });
  return net::empty_response();
}

}  // namespace boathouse::api::native
