// SPDX-License-Identifier: Apache-2.0
// Workspaces and members as parts of larger transactions.
#pragma once

#include "meta/sqlite/connection.h"

namespace boathouse::meta::sqlite {

// With the namespace row of Iceberg's catalog. False when the name is taken.
bool insert_workspace(Connection& connection, const WorkspaceRow& workspace);
// Nothing in it that anybody could miss.
bool workspace_is_empty(Connection& connection, const base::WorkspaceId& id);
void delete_workspace(Connection& connection, const base::WorkspaceId& id);
// False when the workspace or the user is gone.
bool upsert_member(Connection& connection, const MemberRow& member);
// `user` owns the workspace, and nobody else who is not disabled does.
bool is_last_owner(Connection& connection, const base::WorkspaceId& workspace, const base::UserId& user);

}  // namespace boathouse::meta::sqlite
