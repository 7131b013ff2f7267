// SPDX-License-Identifier: Apache-2.0
// Every route of the Data API: a CSV checked row by row against a contract, and insights. Always the workspace `main`.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataapi {

// `services` outlives the router.
void add_routes(net::Router& router, const Services& services);

}  // namespace boathouse::api::dataapi
