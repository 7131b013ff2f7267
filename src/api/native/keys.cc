// SPDX-License-Identifier: Apache-2.0
// Access keys, and the installation's own keys.
#include "api/native/account_json.h"
#include "api/native/accounts.h"
#include "base/error.h"

namespace boathouse::api::native {
namespace json = boost::json;
namespace {

json::object to_json(const meta::AccessKeyRow& key, WorkspaceNames& names) {
  json::object out{{"access_key_id", key.id.value}, {"created_at", base::to_rfc3339(key.created_at)}};
  if (!key.name.empty()) out["name"] = key.name;
  if (key.workspace) out["workspace"] = names.of(*key.workspace);
  if (key.role) out["role"] = to_string(*key.role);
  if (key.expires_at) out["expires_at"] = base::to_rfc3339(*key.expires_at);
  if (key.last_used) out["last_used"] = base::to_rfc3339(*key.last_used);
  return out;
}

std::string_view state_of(const auth::KeyFacts& key) {
  if (key.is_fixed) return "fixed";
  if (key.is_active) return "active";
  return key.kind == auth::KeyKind::sealing ? "opens" : "verifies";
}

json::object to_json(const auth::KeyFacts& key) {
  json::object out{{"kind", to_string(key.kind)}, {"kid", key.id}, {"state", state_of(key)}};
  if (!key.is_fixed) out["created_at"] = base::to_rfc3339(key.created_at);
  if (key.ends) out["ends_at"] = base::to_rfc3339(*key.ends);
  return out;
}

}  // namespace

net::Response create_access_key(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(call.body.empty() ? json::object() : parse_json(call.body));
  auth::NewAccessKey wanted;
  wanted.name = fields.optional_text("name").value_or("");
  wanted.scope.workspace = fields.optional_text("workspace");
  if (auto role = fields.optional_text("role")) wanted.scope.role = require_role(*role);
  wanted.scope.expires_in = fields.optional_integer("expires_in");
  fields.finish();
  auth::AccessKeyShown made = call.services.auth.access_keys.create(call.caller(), wanted);
  WorkspaceNames names(call.services);
  json::object answer = to_json(made.row, names);
  answer["secret_access_key"] = made.secret;
  return net::json_response(201, answer).with("Cache-Control", "no-store");
}

net::Response list_access_keys(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  WorkspaceNames names(call.services);
  json::array list;
  for (const meta::AccessKeyRow& row : call.services.auth.access_keys.list(call.principal)) {
    list.push_back(to_json(row, names));
  }
  return net::json_response(200, page_of("access_keys", std::move(list), page));
}

net::Response delete_access_key(const Call& call) {
  allow_params(call.request, {});
  call.services.auth.access_keys.remove(call.caller(), base::AccessKeyId(call.request.param("id")));
  return net::empty_response();
}

net::Response list_keys(const Call& call) {
  allow_params(call.request, {});
  json::array list;
  for (const auth::KeyFacts& key : call.services.auth.key_administration.list(call.caller())) {
    list.push_back(to_json(key));
  }
  return net::json_response(200, {{"keys", std::move(list)}});
}

net::Response rotate_key(const Call& call) {
  allow_params(call.request, {});
  call.expect_no_fields();
  const std::string& name = call.request.param("kind");
  auto kind = auth::parse_key_kind(name);
  if (!kind) {
    throw base::Error(base::ErrorKind::not_found,
                      fmt::format("there is no kind of keys \"{}\": they are token, sealing and rsa", name));
  }
  auth::Rotation rotation = call.services.auth.key_administration.rotate(call.caller(), *kind);
  json::object answer = to_json(rotation.key);
  if (*kind == auth::KeyKind::sealing) answer["resealed"] = rotation.resealed;
  return net::json_response(200, answer);
}

}  // namespace boathouse::api::native
