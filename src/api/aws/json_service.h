// SPDX-License-Identifier: Apache-2.0
// What the services that speak AWS's JSON 1.1 protocol share: the operation by X-Amz-Target, the signature, the workspace,
// answers and errors.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string_view>

#include "api/common/json_fields.h"
#include "api/common/services.h"
#include "net/errors.h"
#include "net/router.h"

namespace boathouse::api::aws {

struct JsonCall {
  const Services& services;
  const net::Request& request;
  JsonFields fields;  // what nobody asks for is passed over
  auth::Principal principal;
  meta::WorkspaceRow workspace;  // that of the key, else `main` for its members, else the personal one
};

struct JsonOperation {
  std::string_view name;
  boost::json::object (*run)(JsonCall&);
};

struct JsonService {
  std::string_view target_prefix;  // of X-Amz-Target, with its dot
  std::string_view signed_as;      // the service in the signature's scope
  std::span<const JsonOperation> operations;
  auth::Action action = auth::Action::read;  // what the signer must be allowed in the workspace
};

// `service` lives as long as the router.
net::Handler run_json_operation(const Services& services, const JsonService& service);

// {"__type": .., "message": ..}
net::Response render_json_error(const net::Request& request, const base::Error& error);

// Error "ResourceNotFoundException".
base::Error no_such_resource(std::string message);

}  // namespace boathouse::api::aws
