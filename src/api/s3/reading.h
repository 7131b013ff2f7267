// SPDX-License-Identifier: Apache-2.0
// What a request that reads an object asks of its answer. Pure; any thread.
#pragma once

#include "api/s3/call.h"
#include "net/conditional.h"
#include "net/response.h"

namespace boathouse::api::s3 {

// A GET with the range and the conditions of the request alone; `prefix`, in lower case, is what stands before their names.
net::Request conditions_of(const net::Request& request, std::string_view prefix = "");

// Which of `whole` bytes are sent, with 200, 206 or 304; of HEAD as of GET. Errors "condition-failed", "InvalidRange".
net::Selection select_range(const net::Request& request, const net::Validators& validators, std::uint64_t whole);

// response-content-type and its like, in the place of the object's own headers. Error "InvalidArgument".
void add_overrides(net::Response& response, const net::Request& request);

}  // namespace boathouse::api::s3
