// SPDX-License-Identifier: Apache-2.0
// What is read by SQL: POST /v1/sql, GET .../rows, GET .../insights/NAME/result.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::native {

net::Handler post_sql(const Services& services);
net::Handler get_rows(const Services& services);
net::Handler get_insight_result(const Services& services);

}  // namespace boathouse::api::native
