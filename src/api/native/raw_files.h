// SPDX-License-Identifier: Apache-2.0
// A version's raw files: which there are, and each of them. Handlers for routes.cc.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response scan_table(const Call& call);
// Streams from the disk; with ranges and conditions.
net::Response get_raw_file(const Call& call);

}  // namespace boathouse::api::native
