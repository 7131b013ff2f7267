// SPDX-License-Identifier: Apache-2.0
// Documents in: answered once they are durable, or with ?wait=true once they are in their table.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::documents {

net::Handler post_object(const Services& services);
net::Handler post_objects(const Services& services);

}  // namespace boathouse::api::documents
