// SPDX-License-Identifier: Apache-2.0
// Triggers: which files of a bucket become rows.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response list_triggers(const Call& call);
net::Response get_trigger(const Call& call);
net::Response put_trigger(const Call& call);
net::Response delete_trigger(const Call& call);

}  // namespace boathouse::api::native
