// SPDX-License-Identifier: Apache-2.0
// What those who verify the pool's tokens need: the keys (RFC 7517) and where they lie (OpenID Connect Discovery).
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::cognito {

net::Handler get_jwks(const Services& services);
net::Handler get_configuration(const Services& services);

}  // namespace boathouse::api::cognito
