// SPDX-License-Identifier: Apache-2.0
// The body of a statement's request, the same for POST /v1/sql and POST /v1/queries.
#pragma once

#include <limits>
#include <string>

#include "api/common/services.h"

namespace boathouse::api::native {

// Of a `limit` where results stream.
inline constexpr std::int64_t kMaxRows = std::numeric_limits<std::int64_t>::max();

// Decides about the workspace. Error{invalid_argument} names a wrong field; `limit` is at most `most_rows`. Blocking.
core::QueryRequest read_sql(const Services& services, const auth::Principal& principal, const std::string& body,
                            std::int64_t most_rows);

}  // namespace boathouse::api::native
