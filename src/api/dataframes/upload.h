// SPDX-License-Identifier: Apache-2.0
// Frames in: POST /dataframes/upload with a frame inside a JSON object, POST /dataframes/{name} with a Parquet file.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataframes {

net::Handler post_upload(const Services& services);
net::Handler post_parquet(const Services& services);

}  // namespace boathouse::api::dataframes
