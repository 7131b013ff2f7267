// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/routes.h"

#include "api/dataframes/errors.h"
#include "api/dataframes/read.h"
#include "api/dataframes/upload.h"

namespace boathouse::api::dataframes {

void add_routes(net::Router& router, const Services& services) {
  router.render_errors("/dataframes", render_error);
  router.add("POST", "/dataframes/upload", post_upload(services),
             {.optional_trailing_slash = true, .summary = "Upload a frame: records or CSV inside a JSON object"});
  router.add("GET", "/dataframes", list_frames(services), {.optional_trailing_slash = true, .summary = "List frames"});
  router.add("POST", "/dataframes/{name...}", post_parquet(services), {.summary = "Upload a frame as Parquet"});
  router.add("GET", "/dataframes/{name...}", get_frame(services), {.summary = "A frame's rows: records, or Parquet"});
}

}  // namespace boathouse::api::dataframes
