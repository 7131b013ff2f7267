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

}  // namespace boathouse::api::dataframes
