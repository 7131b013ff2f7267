// SPDX-License-Identifier: Apache-2.0
#include "api/s3/routes.h"

#include "api/s3/dispatch.h"
#include "api/s3/errors.h"

namespace boathouse::api::s3 {

void add_routes(net::Router& router, const Services& services, const std::string& prefix) {
  const net::Handler handler = run_operation(services, prefix.empty() ? 0 : 1);
  router.render_errors(prefix.empty() ? "/" : prefix, render_error);
  router.add("GET", prefix.empty() ? "/" : prefix, handler,
             {.optional_trailing_slash = true, .summary = "The buckets of the workspace"});
  auto add = [&](const char* method, const char* pattern, const char* summary) {
    router.add(method, prefix + pattern, handler, {.optional_trailing_slash = true, .summary = summary});
  };
  add("GET", "/{bucket}", "A bucket's objects, versions, uploads or a setting, by the query");
  add("PUT", "/{bucket}", "Makes a bucket, or a setting of one");
  add("POST", "/{bucket}", "Deletes many objects of a bucket");
  add("DELETE", "/{bucket}", "Removes an empty bucket, or a setting of one");
  add("GET", "/{bucket}/{key...}", "An object, its tags or its parts");
  add("PUT", "/{bucket}/{key...}", "Writes or copies an object, a part of one, or its tags");
  add("POST", "/{bucket}/{key...}", "Begins or completes an object that comes in parts");
  add("DELETE", "/{bucket}/{key...}", "Deletes an object, an upload, or an object's tags");
}

}  // namespace boathouse::api::s3
