// SPDX-License-Identifier: Apache-2.0
// Who sent a request.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/common/services.h"
#include "net/request.h"

namespace boathouse::api {

// The Authorization header and the address; form fields are for the door to add. Pure.
auth::Credentials credentials_of(const net::Request& request);

// Runs on the pool. Throws as Authenticator::authenticate() does.
boost::asio::awaitable<auth::Principal> authenticate(const Services& services, const net::Request& request);

}  // namespace boathouse::api
