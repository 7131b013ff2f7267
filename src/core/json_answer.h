// SPDX-License-Identifier: Apache-2.0
// What those of the worker's functions answer that work on whole files (engine/worker/json_answer.h). Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "engine/pool.h"

namespace boathouse::core {

// The object that a call, as SQL, gives. What the function says has failed is thrown with its kind and detail; all else as
// engine/pool.h says.
boost::json::object json_answer(engine::Lease& lease, const std::string& call);

}  // namespace boathouse::core
