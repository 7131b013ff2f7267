// SPDX-License-Identifier: Apache-2.0
#include "api/native/accounts.h"

#include "api/native/account_json.h"

namespace boathouse::api::native {
namespace json = boost::json;

net::Response login(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  auth::UserPassword who{.username = fields.text("username"), .password = fields.text("password")};
  fields.finish();
  auth::LoginGrant grant = call.services.auth.authenticator.login(who, call.request.remote_address);
  json::object answer = to_json(grant.access);
  answer["refresh_token"] = grant.refresh_token;
  return net::json_response(200, answer).with("Cache-Control", "no-store");
}

net::Response refresh_token(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  std::string token = fields.text("refresh_token");
  fields.finish();
  return net::json_response(200, to_json(call.services.auth.authenticator.refresh(token)))
      .with("Cache-Control", "no-store");
}

net::Response logout(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  std::string token = fields.text("refresh_token");
  fields.finish();
  call.services.auth.authenticator.logout(token);
  return net::empty_response();
}

net::Response change_password(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  auth::UserPassword who{.username = fields.text("username"), .password = fields.text("password")};
  std::string wanted = fields.text("new_password");
  fields.finish();
  call.services.auth.authenticator.change_password(who, wanted, call.request.remote_address,
                                                   base::RequestId(call.request.request_id));
  return net::empty_response();
}

net::Response me(const Call& call) {
  allow_params(call.request, {});
  auth::Me me = call.services.auth.accounts.me(call.principal);
  json::array workspaces;
  for (const meta::Membership& membership : me.workspaces) {
    workspaces.push_back({{"name", membership.workspace.name}, {"role", to_string(membership.role)}});
  }
  return net::json_response(200, {{"name", me.user.name},
                                  {"email", text_or_null(me.user.email)},
                                  {"workspace", me.personal_workspace},
                                  {"workspaces", std::move(workspaces)}});
}

net::Response list_audit(const Call& call) {
  allow_params(call.request, {"workspace", "who", "what", "outcome", "request_id", "limit", "page_token"});
  core::Page page = page_params(call.request);
  auth::AuditQuery query{
      .before = number_param(call.request, "page_token", 1, std::numeric_limits<std::int64_t>::max()),
      .workspace = text_param(call.request, "workspace"),
      .who = text_param(call.request, "who"),
      .what = text_param(call.request, "what"),
      .outcome = text_param(call.request, "outcome"),
      .limit = page.limit + 1};
  if (auto request = text_param(call.request, "request_id")) query.request = base::RequestId(*request);
  auto rows = call.services.auth.accounts.list_audit(call.caller(), query);
  json::object answer;
  if (rows.size() > page.limit) {
    rows.resize(page.limit);
    answer["next_page_token"] = std::to_string(rows.back().id);
  }
  WorkspaceNames names(call.services);
  json::array entries;
  for (const meta::AuditRow& row : rows) {
    json::object entry{{"at", base::to_rfc3339(row.at)}, {"who", row.who},         {"what", row.what},
                       {"target", row.target},           {"outcome", row.outcome}, {"request_id", row.request.value}};
    if (!row.workspace.empty()) entry["workspace"] = names.of(row.workspace);
    entries.push_back(std::move(entry));
  }
  answer["entries"] = std::move(entries);
  return net::json_response(200, answer);
}

}  // namespace boathouse::api::native
