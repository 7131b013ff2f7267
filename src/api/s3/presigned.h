// SPDX-License-Identifier: Apache-2.0
// Requests whose signature is in their URL, where browsers and curl can use it as it is.
#pragma once

#include "net/request.h"

namespace boathouse::api::s3 {

// Whether the signature is in the query; it may still be wrong.
inline bool is_presigned(const net::Request& request) {
  return request.query.has("X-Amz-Signature") || request.query.has("X-Amz-Algorithm");
}

}  // namespace boathouse::api::s3
