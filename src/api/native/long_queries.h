// SPDX-License-Identifier: Apache-2.0
// Statements that run on after their answer: submit, look, read the result page by page, cancel.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response submit_query(const Call& call);
net::Response list_queries(const Call& call);
net::Response get_query(const Call& call);
// By Accept: JSON is a page, as /v1/sql answers, NDJSON and CSV are all rows from the page's first on.
net::Response get_query_result(const Call& call);
net::Response delete_query(const Call& call);

}  // namespace boathouse::api::native
