// SPDX-License-Identifier: Apache-2.0
// POST .../rows: a body into a table.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::native {

net::Handler post_rows(const Services& services);

}  // namespace boathouse::api::native
