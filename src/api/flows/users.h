// SPDX-License-Identifier: Apache-2.0
// Sign-up and log-in: POST /users/signup, /users/login, /users/token, DELETE /users/logout.
#pragma once

#include "api/flows/call.h"

namespace boathouse::api::flows {

net::Response sign_up(const Call& call);
net::Response log_in(const Call& call);
net::Response refresh_token(const Call& call);
net::Response log_out(const Call& call);

}  // namespace boathouse::api::flows
