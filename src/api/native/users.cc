// SPDX-License-Identifier: Apache-2.0
// Users and API tokens.
#include "api/native/account_json.h"
#include "api/native/accounts.h"

namespace boathouse::api::native {
namespace json = boost::json;

net::Response create_user(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  auth::NewUser wanted;
  wanted.name = fields.text("name");
  wanted.password = fields.text("password");
  wanted.email = fields.optional_text("email").value_or("");
  wanted.temporary = fields.optional_flag("temporary").value_or(false);
  wanted.workspace = fields.optional_text("workspace");
  if (auto role = fields.optional_text("role")) wanted.role = require_role(*role);
  fields.finish();
  return net::json_response(201, to_json(call.services.auth.accounts.create_user(call.caller(), wanted)));
}

net::Response list_users(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  auto users = call.services.auth.accounts.list_users(call.caller(), page.token, page.limit + 1);
  json::object answer;
  if (users.size() > page.limit) {
    users.resize(page.limit);
    answer["next_page_token"] = users.back().name;
  }
  json::array list;
  for (const meta::UserRow& user : users) list.push_back(to_json(user));
  answer["users"] = std::move(list);
  return net::json_response(200, answer);
}

net::Response get_user(const Call& call) {
  allow_params(call.request, {});
  return net::json_response(200,
                            to_json(call.services.auth.accounts.get_user(call.caller(), call.request.param("name"))));
}

net::Response patch_user(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  auth::UserPatch patch{.email = fields.clearable_text("email"),
                        .password = fields.optional_text("password"),
                        .disabled = fields.optional_flag("disabled"),
                        .temporary = fields.optional_flag("temporary")};
  fields.finish();
  const std::string& name = call.request.param("name");
  return net::json_response(200, to_json(call.services.auth.accounts.patch_user(call.caller(), name, patch)));
}

net::Response delete_user(const Call& call) {
  allow_params(call.request, {});
  call.services.auth.accounts.delete_user(call.caller(), call.request.param("name"));
  return net::empty_response();
}

net::Response create_token(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  auth::NewApiToken wanted;
  wanted.name = fields.text("name");
  wanted.workspace = fields.optional_text("workspace");
  if (auto role = fields.optional_text("role")) wanted.role = require_role(*role);
  wanted.expires_in = fields.optional_integer("expires_in");
  fields.finish();
  auth::ApiTokenShown made = call.services.auth.accounts.create_api_token(call.caller(), wanted);
  WorkspaceNames names(call.services);
  json::object answer = to_json(made.row, names);
  answer["token"] = made.token;
  return net::json_response(201, answer).with("Cache-Control", "no-store");
}

net::Response list_tokens(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  WorkspaceNames names(call.services);
  json::array list;
  for (const meta::ApiTokenRow& row : call.services.auth.accounts.list_api_tokens(call.principal)) {
    list.push_back(to_json(row, names));
  }
  return net::json_response(200, page_of("tokens", std::move(list), page));
}

net::Response delete_token(const Call& call) {
  allow_params(call.request, {});
  call.services.auth.accounts.delete_api_token(call.caller(), base::TokenId(call.request.param("id")));
  return net::empty_response();
}

}  // namespace boathouse::api::native
