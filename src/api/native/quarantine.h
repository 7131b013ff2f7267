// SPDX-License-Identifier: Apache-2.0
// Rejected rows: list, count by reason, try again corrected, throw away.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response list_quarantine(const Call& call);
net::Response count_quarantine(const Call& call);
net::Response resubmit_quarantine(const Call& call);
net::Response delete_quarantine(const Call& call);

}  // namespace boathouse::api::native
