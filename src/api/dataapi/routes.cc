// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/routes.h"

#include "api/dataapi/backup.h"
#include "api/dataapi/errors.h"
#include "api/dataapi/insights.h"
#include "api/dataapi/upload.h"

namespace boathouse::api::dataapi {

void add_routes(net::Router& router, const Services& services) {
  router.render_errors("/upload", render_upload_error);
  router.render_errors("/backup", render_upload_error);
  router.render_errors("/restore", render_upload_error);
  router.render_errors("/insights", render_insight_error);
  router.add("POST", "/upload", post_upload(services),
             {.optional_trailing_slash = true, .summary = "Upload a CSV into the table that its name begins with"});
  router.add("POST", "/backup", post_backup(services), {.optional_trailing_slash = true, .summary = "Back up a table"});
  router.add("POST", "/restore", post_restore(services),
             {.optional_trailing_slash = true, .summary = "Restore a table from its newest backup"});
  router.add("GET", "/insights", get_insights(services),
             {.optional_trailing_slash = true, .summary = "An insight's rows"});
}

}  // namespace boathouse::api::dataapi
