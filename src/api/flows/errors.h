// SPDX-License-Identifier: Apache-2.0
// The flows door's errors: {"error":..}, with the words that its clients know.
#pragma once

#include "net/errors.h"

namespace boathouse::api::flows {

net::Response render_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::flows
