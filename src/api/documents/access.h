// SPDX-License-Identifier: Apache-2.0
// Who sends a request to this door, and which workspace is meant.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/common/services.h"
#include "net/request.h"

namespace boathouse::api::documents {

struct Caller {
  std::string user;  // id; empty where the door is open
  std::string name;
  meta::WorkspaceRow workspace;
};

// The Authorization header may come without its scheme. Blocks on the metadata store; throws as Authenticator and
// AccessControl do.
Caller decide(const Services& services, const net::Request& request, auth::Action action);

// The same on the pool, unless it was decided a moment ago.
boost::asio::awaitable<Caller> may_write(const Services& services, const net::Request& request);

}  // namespace boathouse::api::documents
