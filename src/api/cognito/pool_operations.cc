// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "api/cognito/operations.h"

namespace boathouse::api::cognito {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostPage = 60;

json::object pool_summary(const auth::UserPool& pool) {
  return {{"Id", pool.id()},
          {"Name", pool.name()},
          {"CreationDate", wire_time(pool.created_at())},
          {"LastModifiedDate", wire_time(pool.created_at())}};
}

// What a client that names no flows may use.
std::vector<std::string> flows_of(Call& call, const auth::PoolClient& client) {
  if (!client.flows.empty()) return client.flows;
  std::vector<std::string> all = {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH",
                                  "ALLOW_REFRESH_TOKEN_AUTH"};
  if (call.auth().srp.enabled()) all.emplace_back("ALLOW_USER_SRP_AUTH");
  return all;
}

json::object to_json(Call& call, const auth::PoolClient& client) {
  json::object out{{"UserPoolId", call.auth().pool.id()},
                   {"ClientId", client.row.id},
                   {"ClientName", client.row.name},
                   {"CreationDate", wire_time(client.row.created_at)},
                   {"LastModifiedDate", wire_time(client.row.updated_at)},
                   {"ExplicitAuthFlows", json::value_from(flows_of(call, client))},
                   {"AllowedOAuthFlowsUserPoolClient", false},
                   {"PreventUserExistenceErrors", "ENABLED"}};
  if (!client.secret.empty()) out["ClientSecret"] = client.secret;
  return {{"UserPoolClient", std::move(out)}};
}

}  // namespace

json::object list_user_pools(Call& call) {
  call.limit("MaxResults", kMostPage);
  return {{"UserPools", json::array{pool_summary(call.auth().pool)}}};
}

json::object describe_user_pool(Call& call) {
  call.require_pool();
  json::object pool = pool_summary(call.auth().pool);
  pool["Policies"] = {{"PasswordPolicy",
                       {{"MinimumLength", 8},
                        {"RequireUppercase", true},
                        {"RequireLowercase", true},
                        {"RequireNumbers", true},
                        {"RequireSymbols", true}}}};
  pool["AdminCreateUserConfig"] = {{"AllowAdminCreateUserOnly", true}};
  pool["MfaConfiguration"] = "OFF";
  pool["LambdaConfig"] = json::object();
  return {{"UserPool", std::move(pool)}};
}

json::object list_user_pool_clients(Call& call) {
  call.require_pool();
  const std::size_t limit = call.limit("MaxResults", kMostPage);
  auto rows = call.auth().pool.list_clients(call.caller(), call.after("NextToken"), limit + 1);
  json::object out;
  if (rows.size() > limit) {
    rows.resize(limit);
    out["NextToken"] = page_token(rows.back().id);
  }
  json::array clients;
  for (const meta::PoolClientRow& row : rows) {
    clients.push_back({{"ClientId", row.id}, {"UserPoolId", call.auth().pool.id()}, {"ClientName", row.name}});
  }
  out["UserPoolClients"] = std::move(clients);
  return out;
}

json::object describe_user_pool_client(Call& call) {
  call.require_pool();
  return to_json(call, call.auth().pool.get_client(call.caller(), call.fields.text("ClientId")));
}

json::object create_user_pool_client(Call& call) {
  call.require_pool();
  auth::NewPoolClient wanted{.name = call.fields.text("ClientName"),
                             .with_secret = call.fields.optional_flag("GenerateSecret").value_or(false),
                             .flows = call.optional_names("ExplicitAuthFlows").value_or(std::vector<std::string>())};
  return to_json(call, call.auth().pool.create_client(call.caller(), wanted));
}

json::object delete_user_pool_client(Call& call) {
  call.require_pool();
  call.auth().pool.delete_client(call.caller(), call.fields.text("ClientId"));
  return {};
}

}  // namespace boathouse::api::cognito
