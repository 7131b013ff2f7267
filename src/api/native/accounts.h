// SPDX-License-Identifier: Apache-2.0
// Log-in, users, workspaces, members, tokens, keys and the audit log.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response login(const Call& call);
net::Response refresh_token(const Call& call);
net::Response logout(const Call& call);
net::Response change_password(const Call& call);

net::Response me(const Call& call);
net::Response create_user(const Call& call);
net::Response list_users(const Call& call);
net::Response get_user(const Call& call);
net::Response patch_user(const Call& call);
net::Response delete_user(const Call& call);

net::Response create_token(const Call& call);
net::Response list_tokens(const Call& call);
net::Response delete_token(const Call& call);

net::Response create_access_key(const Call& call);
net::Response list_access_keys(const Call& call);
net::Response delete_access_key(const Call& call);

net::Response list_keys(const Call& call);
net::Response rotate_key(const Call& call);

net::Response list_workspaces(const Call& call);
net::Response create_workspace(const Call& call);
net::Response get_workspace(const Call& call);
net::Response patch_workspace(const Call& call);
net::Response list_members(const Call& call);
net::Response put_member(const Call& call);
net::Response remove_member(const Call& call);

net::Response list_audit(const Call& call);

}  // namespace boathouse::api::native
