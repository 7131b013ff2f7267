// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/operations.h"

#include <array>

namespace boathouse::api::cognito {
namespace {

constexpr bool kSlow = true;

constexpr std::array kOperations = {
    OperationEntry{"ListUserPools", list_user_pools, "list-pools"},
    OperationEntry{"DescribeUserPool", describe_user_pool, "get-pool"},
    OperationEntry{"ListUserPoolClients", list_user_pool_clients, "list-pool-clients"},
    OperationEntry{"DescribeUserPoolClient", describe_user_pool_client, "get-pool-client"},
    OperationEntry{"CreateUserPoolClient", create_user_pool_client, "create-pool-client"},
    OperationEntry{"DeleteUserPoolClient", delete_user_pool_client, "delete-pool-client"},
    OperationEntry{"AdminCreateUser", admin_create_user, "create-user", kSlow},
    OperationEntry{"AdminGetUser", admin_get_user, "get-user"},
    OperationEntry{"AdminSetUserPassword", admin_set_user_password, "change-user", kSlow},
    OperationEntry{"AdminUpdateUserAttributes", admin_update_user_attributes, "change-user"},
    OperationEntry{"AdminDeleteUserAttributes", admin_delete_user_attributes, "change-user"},
    OperationEntry{"AdminEnableUser", admin_enable_user, "change-user"},
    OperationEntry{"AdminDisableUser", admin_disable_user, "change-user"},
    OperationEntry{"AdminDeleteUser", admin_delete_user, "delete-user"},
    OperationEntry{"AdminUserGlobalSignOut", admin_user_global_sign_out, "sign-out"},
    OperationEntry{"ListUsers", list_users, "list-users"},
    OperationEntry{"CreateGroup", create_group, "create-group"},
    OperationEntry{"GetGroup", get_group, "get-group"},
    OperationEntry{"ListGroups", list_groups, "list-groups"},
    OperationEntry{"DeleteGroup", delete_group, "delete-group"},
    OperationEntry{"AdminAddUserToGroup", admin_add_user_to_group, "add-to-group"},
    OperationEntry{"AdminRemoveUserFromGroup", admin_remove_user_from_group, "remove-from-group"},
    OperationEntry{"AdminListGroupsForUser", admin_list_groups_for_user, "list-groups"},
    OperationEntry{"ListUsersInGroup", list_users_in_group, "list-users"},
    OperationEntry{"AdminInitiateAuth", admin_initiate_auth, "log-in", kSlow},
    OperationEntry{"AdminRespondToAuthChallenge", admin_respond_to_auth_challenge, "change-password", kSlow},
    OperationEntry{"InitiateAuth", initiate_auth, {}, kSlow},
    OperationEntry{"RespondToAuthChallenge", respond_to_auth_challenge, {}, kSlow},
    OperationEntry{"GetUser", get_user},
    OperationEntry{"ChangePassword", change_password, {}, kSlow},
    OperationEntry{"GlobalSignOut", global_sign_out},
    OperationEntry{"RevokeToken", revoke_token},
};

}  // namespace

std::span<const OperationEntry> operations() { return kOperations; }

}  // namespace boathouse::api::cognito
