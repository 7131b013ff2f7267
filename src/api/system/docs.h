// SPDX-License-Identifier: Apache-2.0
// The API's document and what people read of it: /openapi.json, Swagger UI at /docs, a page for each error under
// /docs/errors. All from the binary, so that it works without a network; no credentials.
#pragma once

#include "net/router.h"

namespace boathouse::api::system {

void add_docs_routes(net::Router& router);

}  // namespace boathouse::api::system
