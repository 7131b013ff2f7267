// SPDX-License-Identifier: Apache-2.0
// The documents door's routes (README.md).
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::documents {

// `services` outlives the router.
void add_routes(net::Router& router, const Services& services);

}  // namespace boathouse::api::documents
