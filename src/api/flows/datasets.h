// SPDX-License-Identifier: Apache-2.0
// A flow's dataset and its summary: /flows/dataset, /flows/summary.
#pragma once

#include "api/flows/call.h"

namespace boathouse::api::flows {

net::Handler post_dataset(const Services& services);
net::Handler put_dataset(const Services& services);
net::Response get_dataset(const Call& call);
net::Response get_summary(const Call& call);

}  // namespace boathouse::api::flows
