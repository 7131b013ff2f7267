// SPDX-License-Identifier: Apache-2.0
// API Gateway, as far as clients ask it where documents are posted: it lists one API, whose id is the first segment of the
// documents door's other path, /main/table/...
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::aws {

net::Handler get_rest_apis(const Services& services);

}  // namespace boathouse::api::aws
