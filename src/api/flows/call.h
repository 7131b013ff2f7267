// SPDX-License-Identifier: Apache-2.0
// One call of this door's routes: who asks, and with which fields. Work runs on a pool, after the whole body is there.
#pragma once

#include <functional>

#include "api/common/services.h"
#include "api/flows/fields.h"
#include "core/flows.h"
#include "net/router.h"

namespace boathouse::api::flows {

struct Call {
  const Services& services;
  const net::Request& request;
  const Fields& fields;
  auth::Caller caller;  // empty where the route needs no credentials
};
using Work = std::function<net::Response(const Call&)>;

// For callers whose token lets them do `action` in their own workspace.
net::Handler for_users(const Services& services, auth::Action action, Work work);
// For everybody; `work` may hash a password.
net::Handler for_all(const Services& services, Work work);

// Who sends a request, having decided `action`. Blocks; throws as the authenticator and AccessControl do.
auth::Caller decide(const Services& services, const net::Request& request, auth::Action action);

// Error{invalid_argument}: "Please specify all fields".
base::Error missing_fields();
// The flow that the request names; `Please specify an fid` where it names none.
std::int64_t require_fid(const Call& call);

// A list of this door: an array, and where there is more a Link to the next page.
core::Page page_of(const net::Request& request);
net::Response list_response(const net::Request& request, boost::json::array rows, const std::string& next);

}  // namespace boathouse::api::flows
