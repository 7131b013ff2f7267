// SPDX-License-Identifier: Apache-2.0
// How this door tells errors: {"success": false, "error": ".."}.
#pragma once

#include "net/errors.h"

namespace boathouse::api::documents {

net::Response render_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::documents
