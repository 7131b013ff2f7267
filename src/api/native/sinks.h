// SPDX-License-Identifier: Apache-2.0
// Sinks: copies of tables in PostgreSQL. Owners define them; whoever may read the workspace sees how far they are.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response list_sinks(const Call& call);
net::Response get_sink(const Call& call);
net::Response put_sink(const Call& call);
net::Response delete_sink(const Call& call);

}  // namespace boathouse::api::native
