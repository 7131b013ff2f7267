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

net::Response list_workspaces(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  json::array list;
  for (const meta::Membership& membership : call.services.auth.accounts.list_workspaces(call.principal)) {
    list.push_back(to_json(membership.workspace, membership.role));
  }
  return net::json_response(200, page_of("workspaces", std::move(list), page));
}

net::Response create_workspace(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  std::string name = fields.text("name");
  fields.finish();
  meta::WorkspaceRow made = call.services.auth.accounts.create_workspace(call.caller(), name);
  return net::json_response(201, to_json(made, meta::Role::owner));
}

net::Response list_members(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  json::array list;
  for (const meta::Member& member :
       call.services.auth.accounts.list_members(call.principal, call.request.param("workspace"))) {
    list.push_back({{"name", member.name}, {"role", to_string(member.role)}});
  }
  return net::json_response(200, page_of("members", std::move(list), page));
}

net::Response put_member(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  meta::Role role = require_role(fields.text("role"));
  fields.finish();
  const std::string& name = call.request.param("name");
  call.services.auth.accounts.put_member(call.caller(), call.request.param("workspace"), name, role);
  return net::json_response(200, {{"name", name}, {"role", to_string(role)}});
}

net::Response remove_member(const Call& call) {
  allow_params(call.request, {});
  call.services.auth.accounts.remove_member(call.caller(), call.request.param("workspace"), call.request.param("name"));
  return net::empty_response();
}

net::Response list_audit(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  auto before = number_param(call.request, "page_token", 1, std::numeric_limits<std::int64_t>::max());
  auto rows = call.services.auth.accounts.list_audit(call.principal, before, page.limit + 1);
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
