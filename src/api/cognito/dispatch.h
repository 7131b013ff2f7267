// SPDX-License-Identifier: Apache-2.0
// One request of this door: which operation it names, who signed it, and the operation run where it may block.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::cognito {

net::Handler run_operation(const Services& services);

}  // namespace boathouse::api::cognito
