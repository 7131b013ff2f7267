// SPDX-License-Identifier: Apache-2.0
// Every operation of this door. `signed_as` is what the audit log calls an operation that only owners of `main` may call, by
// a signed request; it is empty for those that prove themselves (a password, a session, a token).
#pragma once

#include <span>

#include "api/cognito/call.h"

namespace boathouse::api::cognito {

struct OperationEntry {
  std::string_view name;
  boost::json::object (*run)(Call&);
  std::string_view signed_as = {};
  bool slow = false;  // hashes passwords
};
std::span<const OperationEntry> operations();

// The pool and its clients: pool_operations.cc.
boost::json::object list_user_pools(Call& call);
boost::json::object describe_user_pool(Call& call);
boost::json::object list_user_pool_clients(Call& call);
boost::json::object describe_user_pool_client(Call& call);
boost::json::object create_user_pool_client(Call& call);
boost::json::object delete_user_pool_client(Call& call);

// Users: user_operations.cc.
boost::json::object admin_create_user(Call& call);
boost::json::object admin_get_user(Call& call);
boost::json::object admin_set_user_password(Call& call);
boost::json::object admin_update_user_attributes(Call& call);
boost::json::object admin_delete_user_attributes(Call& call);
boost::json::object admin_enable_user(Call& call);
boost::json::object admin_disable_user(Call& call);
boost::json::object admin_delete_user(Call& call);
boost::json::object admin_user_global_sign_out(Call& call);
boost::json::object list_users(Call& call);

// Groups: group_operations.cc.
boost::json::object create_group(Call& call);
boost::json::object get_group(Call& call);
boost::json::object list_groups(Call& call);
boost::json::object delete_group(Call& call);
boost::json::object admin_add_user_to_group(Call& call);
boost::json::object admin_remove_user_from_group(Call& call);
boost::json::object admin_list_groups_for_user(Call& call);
boost::json::object list_users_in_group(Call& call);

// Log-ins: login_operations.cc.
boost::json::object initiate_auth(Call& call);
boost::json::object admin_initiate_auth(Call& call);
boost::json::object respond_to_auth_challenge(Call& call);
boost::json::object admin_respond_to_auth_challenge(Call& call);

// With one's own access token: own_operations.cc.
boost::json::object get_user(Call& call);
boost::json::object change_password(Call& call);
boost::json::object global_sign_out(Call& call);
boost::json::object revoke_token(Call& call);

}  // namespace boathouse::api::cognito
