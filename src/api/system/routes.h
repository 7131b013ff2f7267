// SPDX-License-Identifier: Apache-2.0
// What operators and the merely curious ask: probes, metrics, the greeting at `/`. No credentials, no names of anyone.
#pragma once

#include <atomic>

#include "net/metrics.h"
#include "net/router.h"

namespace boathouse::api::system {

// Both outlive the router. `ready` is false while starting and draining.
void add_routes(net::Router& router, const std::atomic<bool>& ready, const net::Metrics& metrics);

}  // namespace boathouse::api::system
