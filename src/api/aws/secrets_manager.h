// SPDX-License-Identifier: Apache-2.0
// Secrets Manager, as far as old guides ask it: a sink's credentials by the sink's name. For owners of the workspace; each
// look leaves a row in the audit log.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::aws {

net::Handler run_secrets_operation(const Services& services);

}  // namespace boathouse::api::aws
