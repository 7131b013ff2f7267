// SPDX-License-Identifier: Apache-2.0
// What a version's columns are like.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response get_profile(const Call& call);
net::Response get_profile_diff(const Call& call);
net::Response get_profile_plot(const Call& call);

}  // namespace boathouse::api::native
