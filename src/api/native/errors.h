// SPDX-License-Identifier: Apache-2.0
// The native API's errors: RFC 9457 problems.
#pragma once

#include "net/errors.h"

namespace boathouse::api::native {

// As net::render_problem, and for a batch refused as a whole (on_reject=fail) with the members of its outcome beside.
net::Response render_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::native
