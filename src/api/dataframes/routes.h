// SPDX-License-Identifier: Apache-2.0
// Every route of the DataFrames door: pandas frames in and out, always in the caller's personal workspace.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataframes {

// `services` outlives the router.
void add_routes(net::Router& router, const Services& services);

}  // namespace boathouse::api::dataframes
