// SPDX-License-Identifier: Apache-2.0
// The JSON 1.1 protocol of AWS's services (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html): the operation by
// X-Amz-Target, answers, errors. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/error.h"
#include "net/errors.h"
#include "net/router.h"

namespace boathouse::api {

// Code of the error for a request that names no operation.
inline constexpr std::string_view kUnknownOperation = "unknown-operation";
base::Error unknown_operation();

// The one of `operations` (whatever has a `name`) that X-Amz-Target names after `prefix`, which ends in a dot.
template <typename Operations>
const auto& operation_of(const net::Request& request, std::string_view prefix, const Operations& operations) {
  const std::string_view target = request.headers.get("X-Amz-Target");
  if (target.starts_with(prefix)) {
    for (const auto& operation : operations) {
      if (operation.name == target.substr(prefix.size())) return operation;
    }
  }
  throw unknown_operation();
}

net::Response aws_json_answer(const net::Request& request, const boost::json::object& told);

// 400 for whatever the caller can mend; paths and methods that no operation has keep their own.
int aws_json_status(const net::Request& request, const base::Error& error);
// {"__type": .., "message": ..} with that status.
net::Response aws_json_error(const net::Request& request, const base::Error& error, std::string_view type);

}  // namespace boathouse::api
