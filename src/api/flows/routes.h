// SPDX-License-Identifier: Apache-2.0
// Every route of the flows door: users, flows with their members, tasks, comments and datasets.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::flows {

// `services` outlives the router.
void add_routes(net::Router& router, const Services& services);

}  // namespace boathouse::api::flows
