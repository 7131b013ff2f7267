// SPDX-License-Identifier: Apache-2.0
// The routes of the S3 door: below /s3 of the main listener, or at the top of its own.
#pragma once

#include <string>

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::s3 {

// `prefix` is "/s3" or empty; `services` outlives the router.
void add_routes(net::Router& router, const Services& services, const std::string& prefix);

}  // namespace boathouse::api::s3
