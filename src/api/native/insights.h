// SPDX-License-Identifier: Apache-2.0
// Insights: named, saved queries.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response list_insights(const Call& call);
net::Response get_insight(const Call& call);
net::Response put_insight(const Call& call);
net::Response delete_insight(const Call& call);

}  // namespace boathouse::api::native
