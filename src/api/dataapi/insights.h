// SPDX-License-Identifier: Apache-2.0
// GET /insights.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataapi {

net::Handler get_insights(const Services& services);

}  // namespace boathouse::api::dataapi
