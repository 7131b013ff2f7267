// SPDX-License-Identifier: Apache-2.0
// One request of this door: what it asks, who signed it, and the operation run where it may block.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::s3 {

// `depth`: how many of a path's segments come before the bucket.
net::Handler run_operation(const Services& services, std::size_t depth);

}  // namespace boathouse::api::s3
