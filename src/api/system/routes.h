// SPDX-License-Identifier: Apache-2.0
// What operators and the merely curious ask: probes, metrics, the greeting at `/`. No credentials, no names of anyone.
#pragma once

#include <functional>

#include "net/metrics.h"
#include "net/router.h"

namespace boathouse::api::system {

// What they are given outlives the router. `is_ready`, called by any thread, is false while starting and draining, and where
// nothing can be taken in until a restart.
void add_routes(net::Router& router, std::function<bool()> is_ready, const net::Metrics& metrics);

}  // namespace boathouse::api::system
