// SPDX-License-Identifier: Apache-2.0
// How a user's row is read, wherever a statement selects users (as `u`).
#pragma once

#include "meta/sqlite/connection.h"

namespace boathouse::meta::sqlite {

inline constexpr const char* kUserColumns =
    "u.id, u.name, u.email, u.password_hash, u.temporary, u.disabled, u.personal_workspace_id, u.srp_verifier, "
    "u.attributes, u.sign_outs, u.created_at, u.updated_at";

// The next twelve columns.
inline UserRow user_row(Query& row) {
  return {.id = base::UserId(row.text()),
          .name = row.text(),
          .email = row.text(),
          .password_hash = row.text(),
          .temporary = row.boolean(),
          .disabled = row.boolean(),
          .personal_workspace = base::WorkspaceId(row.text()),
          .srp_verifier = row.text(),
          .attributes = row.text(),
          .sign_outs = row.integer(),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

}  // namespace boathouse::meta::sqlite
