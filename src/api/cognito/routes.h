// SPDX-License-Identifier: Apache-2.0
// Every route of the Cognito door: one for all operations, and what others verify its tokens by.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::cognito {

// `services` outlives the router.
void add_routes(net::Router& router, const Services& services);

}  // namespace boathouse::api::cognito
