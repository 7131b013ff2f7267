// SPDX-License-Identifier: Apache-2.0
// POST /upload.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataapi {

net::Handler post_upload(const Services& services);

}  // namespace boathouse::api::dataapi
