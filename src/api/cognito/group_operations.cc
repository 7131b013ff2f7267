// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "api/cognito/operations.h"
#include "api/cognito/users.h"

namespace boathouse::api::cognito {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostPage = 60;

json::object to_json(Call& call, const meta::PoolGroupRow& group) {
  // Roles are as old as the pool.
  base::Micros created = group.created_at ? group.created_at : call.auth().pool.created_at();
  json::object out{{"GroupName", group.name},
                   {"UserPoolId", call.auth().pool.id()},
                   {"CreationDate", wire_time(created)},
                   {"LastModifiedDate", wire_time(std::max(created, group.updated_at))}};
  if (!group.description.empty()) out["Description"] = group.description;
  if (group.precedence) out["Precedence"] = *group.precedence;
  return out;
}

json::array to_json(Call& call, const std::vector<meta::PoolGroupRow>& groups) {
  json::array out;
  for (const meta::PoolGroupRow& group : groups) out.push_back(to_json(call, group));
  return out;
}

}  // namespace

json::object create_group(Call& call) {
  call.require_pool();
  auth::NewPoolGroup wanted{.name = call.fields.text("GroupName"),
                            .description = call.fields.optional_text("Description").value_or(""),
                            .precedence = call.fields.optional_integer("Precedence")};
  return {{"Group", to_json(call, call.auth().pool_groups.create(call.caller(), wanted))}};
}

json::object get_group(Call& call) {
  call.require_pool();
  return {{"Group", to_json(call, call.auth().pool_groups.get(call.caller(), call.fields.text("GroupName")))}};
}

json::object list_groups(Call& call) {
  call.require_pool();
  const std::size_t limit = call.limit("Limit", kMostPage);
  auto groups = call.auth().pool_groups.list(call.caller(), call.after("NextToken"), limit + 1);
  json::object out;
  if (groups.size() > limit) {
    groups.resize(limit);
    out["NextToken"] = page_token(groups.back().name);
  }
  out["Groups"] = to_json(call, groups);
  return out;
}

json::object delete_group(Call& call) {
  call.require_pool();
  call.auth().pool_groups.remove(call.caller(), call.fields.text("GroupName"));
  return {};
}

json::object admin_add_user_to_group(Call& call) {
  call.require_pool();
  call.auth().pool_groups.add_user(call.caller(), call.fields.text("GroupName"), call.fields.text("Username"));
  return {};
}

json::object admin_remove_user_from_group(Call& call) {
  call.require_pool();
  call.auth().pool_groups.remove_user(call.caller(), call.fields.text("GroupName"), call.fields.text("Username"));
  return {};
}

json::object admin_list_groups_for_user(Call& call) {
  call.require_pool();
  return {{"Groups", to_json(call, call.auth().pool_groups.of(call.caller(), call.fields.text("Username")))}};
}

json::object list_users_in_group(Call& call) {
  call.require_pool();
  const std::size_t limit = call.limit("Limit", kMostPage);
  auto rows = call.auth().pool_groups.users_in(call.caller(), call.fields.text("GroupName"), call.after("NextToken"),
                                               limit + 1);
  json::object out;
  if (rows.size() > limit) {
    rows.resize(limit);
    out["NextToken"] = page_token(rows.back().name);
  }
  json::array users;
  for (const meta::UserRow& user : rows) users.push_back(cognito::to_json(user));
  out["Users"] = std::move(users);
  return out;
}

}  // namespace boathouse::api::cognito
