// SPDX-License-Identifier: Apache-2.0
// Binds a request's parameters, JSON, to a prepared statement.
#pragma once

#include <boost/json.hpp>

#include "engine/worker/duck.h"

namespace boathouse::engine {

// `params` is null, an array (for $1, $2 and ?) or an object (for $name). Every parameter of the statement must have a
// value and every value its parameter. Throws DuckError that names the first that is wrong.
void bind_parameters(const Prepared& statement, const boost::json::value& params);

}  // namespace boathouse::engine
