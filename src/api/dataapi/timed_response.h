// SPDX-License-Identifier: Apache-2.0
// The answers of this door's routes that do work: their fields and how long it took.
#pragma once

#include <boost/json/object.hpp>

#include "base/time.h"
#include "net/response.h"

namespace boathouse::api::dataapi {

// 200 with `body`, which has at least one field, and `duration(s)`: seconds to the millisecond.
net::Response timed_response(const boost::json::object& body, base::Micros duration);

}  // namespace boathouse::api::dataapi
