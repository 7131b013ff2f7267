// SPDX-License-Identifier: Apache-2.0
#include "api/documents/routes.h"

#include "api/documents/errors.h"
#include "api/documents/post.h"
#include "api/documents/read.h"

namespace boathouse::api::documents {

void add_routes(net::Router& router, const Services& services) {
  // The second is what the gateway before the old platform called its stage.
  for (const std::string& root : {std::string(), std::string("/main")}) {
    const std::string table = root + "/table";
    router.render_errors(table, render_error);
    router.add(
        "POST", table + "/{name}/object", post_object(services),
        {.optional_trailing_slash = true, .access_log = net::AccessLog::failures, .summary = "Post one document"});
    router.add("POST", table + "/{name}/objects", post_objects(services),
               {.optional_trailing_slash = true, .summary = "Post many documents: NDJSON or a JSON array"});
    router.add("GET", table + "/{name}/object/{id}", get_object(services),
               {.optional_trailing_slash = true, .summary = "A document and how far it has come"});
    router.add("GET", table + "/{name}/objects", get_objects(services),
               {.optional_trailing_slash = true, .summary = "A table's documents as they came, to follow them"});
    router.add("GET", table + "/{name}", get_table(services),
               {.optional_trailing_slash = true, .summary = "A table of documents"});
    router.add("GET", table, list_tables(services), {.optional_trailing_slash = true, .summary = "List tables"});
  }
}

}  // namespace boathouse::api::documents
