// SPDX-License-Identifier: Apache-2.0
// What a new API token or access key may do: never more than whoever makes it. Any thread; calls block on reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/access.h"
#include "auth/principal.h"

namespace boathouse::auth {

struct WantedScope {
  std::optional<std::string> workspace{};
  std::optional<meta::Role> role{};
  std::optional<std::int64_t> expires_in{};  // seconds
};

struct GrantedScope {
  std::optional<base::WorkspaceId> workspace{};
  std::optional<meta::Role> role{};
  std::optional<base::Micros> expires_at{};
};

// Error{permission_denied} for what reaches beyond the principal's own role (in the workspace named; where none is, in
// the one that a token without one means), workspace or expiry, Error{not_found} for a workspace that it cannot see,
// Error{invalid_argument} for a wrong expiry.
GrantedScope narrow(const AccessControl& access, const Principal& principal, const WantedScope& wanted,
                    base::Micros now);

// What tokens and keys are called: at most 128 characters, no control characters. Error{invalid_argument}.
void check_credential_name(std::string_view name);

}  // namespace boathouse::auth
