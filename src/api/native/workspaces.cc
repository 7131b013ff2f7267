// SPDX-License-Identifier: Apache-2.0
// Workspaces, their limits and their members.
#include <boost/json.hpp>

#include "api/native/account_json.h"
#include "api/native/accounts.h"
#include "base/error.h"

namespace boathouse::api::native {
namespace json = boost::json;

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

net::Response get_workspace(const Call& call) {
  allow_params(call.request, {});
  const std::string& name = call.request.param("workspace");
  return net::json_response(200, to_json(call.services.auth.accounts.get_workspace(call.principal, name)));
}

net::Response patch_workspace(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  json::value limits = fields.any("limits");
  fields.finish();
  if (!limits.is_object()) {
    throw base::Error(base::ErrorKind::invalid_argument, "\"limits\" is required: an object of limits, null lifts one")
        .with("field", "limits");
  }
  call.services.auth.accounts.change_workspace_limits(call.caller(), call.request.param("workspace"),
                                                      json::serialize(limits));
  return get_workspace(call);
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

}  // namespace boathouse::api::native
