// SPDX-License-Identifier: Apache-2.0
// The DataFrames door's errors: {"error":..}, with the words of the error.
#pragma once

#include "net/errors.h"

namespace boathouse::api::dataframes {

net::Response render_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::dataframes
