// SPDX-License-Identifier: Apache-2.0
// The AWS door's errors, in the two shapes that its services have them.
#pragma once

#include "net/errors.h"

namespace boathouse::api::aws {

// Code of an error that only this door makes.
inline constexpr std::string_view kUnknownAction = "unknown-action";

// <ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>
net::Response render_query_error(const net::Request& request, const base::Error& error);

// {"message": ..} with the type in the header x-amzn-ErrorType.
net::Response render_rest_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::aws
