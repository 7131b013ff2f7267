// SPDX-License-Identifier: Apache-2.0
// Every route of the AWS door (README.md).
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::aws {

// `services` outlives the router.
void add_routes(net::Router& router, const Services& services);

}  // namespace boathouse::api::aws
