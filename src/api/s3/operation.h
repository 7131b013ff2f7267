// SPDX-License-Identifier: Apache-2.0
// What a request asks of S3: its method, whether it names a bucket and a key, and the subresource in its query. The whole API
// of the door is the one table in operation.cc.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "api/s3/call.h"
#include "api/s3/incoming.h"
#include "net/response.h"

namespace boathouse::api::s3 {

enum class Level { service, bucket, object };

// Not in the query, but a header that makes a PUT another operation.
inline constexpr std::string_view kCopySource = "x-amz-copy-source";

struct Operation {
  std::string_view method;
  Level level = Level::service;
  std::string_view subresource;  // a parameter's name; empty: none of those that the level knows
  auth::Action action = auth::Action::read;
  // One of the two. `run` may be given a document as the body; `begin` is asked before the body comes, and says what to do
  // with it.
  net::Response (*run)(Call&) = nullptr;
  Finish (*begin)(Incoming&) = nullptr;
  bool takes_document = false;
  bool names_checksum = false;  // the checksum among its headers is an object's, not the document's
  bool slow = false;            // may move as many bytes as an object has
  // In the place of `run` for the bucket that shows documents; nullptr: it has no such operation.
  net::Response (*of_ingress)(Call&) = nullptr;
};

// Error "NotImplemented", "MethodNotAllowed".
const Operation& operation_of(const net::Request& request, Level level);

}  // namespace boathouse::api::s3
