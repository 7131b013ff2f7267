// SPDX-License-Identifier: Apache-2.0
// The Cognito door's errors: {"__type": .., "message": ..} with Cognito's names, mostly with the status 400.
#pragma once

#include "net/errors.h"

namespace boathouse::api::cognito {

// Code of an error that only this door makes.
inline constexpr std::string_view kBadSerialization = "bad-serialization";

net::Response render_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::cognito
