// SPDX-License-Identifier: Apache-2.0
// Frames out: GET /dataframes/{name} as records or as Parquet, GET /dataframes the list.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataframes {

net::Handler get_frame(const Services& services);
net::Handler list_frames(const Services& services);

}  // namespace boathouse::api::dataframes
