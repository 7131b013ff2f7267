// SPDX-License-Identifier: Apache-2.0
// Who is calling. Values; made by Authenticator (or Principal::system()), passed on by doors.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "meta/rows.h"

namespace boathouse::auth {

// What an API token narrows its user to. What is absent narrows nothing.
struct TokenScope {
  base::TokenId token{};
  std::optional<base::WorkspaceId> workspace{};
  std::optional<meta::Role> role_cap{};
  std::optional<base::Micros> expires_at{};

  bool narrows() const { return workspace.has_value() || (role_cap && *role_cap != meta::Role::owner); }
};

struct Principal {
  base::UserId user{};
  std::string name{};
  base::WorkspaceId personal_workspace{};
  std::optional<TokenScope> scope{};  // set when an API token spoke
  bool is_admin = false;              // an owner of `main`, not narrowed away from that by the token's scope
  bool is_system = false;  // the process itself: start-up, files applied at start, commands on a stopped house

  // May everything everywhere. Never made from a request.
  static Principal system();
};

// A call of a use case, for the audit log.
struct Caller {
  Principal principal{};
  base::RequestId request{};
};

}  // namespace boathouse::auth
