// SPDX-License-Identifier: Apache-2.0
// Who sends a request of this door, and the workspace that it means: the caller's personal one, unless the
// parameter `workspace` names another. Blocks.
#pragma once

#include "api/common/services.h"
#include "net/request.h"

namespace boathouse::api::dataframes {

struct Caller {
  auth::Principal principal;
  meta::WorkspaceRow workspace;
};
// Error{unauthenticated}, Error{permission_denied} for a role that is too low, Error{not_found} for a workspace
// that the caller does not see.
Caller decide(const Services& services, const net::Request& request, auth::Action action);

// A parameter as clients of this door write it: Python's True and False, 1 and 0 too. False where it is not there.
// Error{invalid_argument} for anything else.
bool flag_of(const net::Request& request, std::string_view name);

}  // namespace boathouse::api::dataframes
