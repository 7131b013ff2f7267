// SPDX-License-Identifier: Apache-2.0
// Requests that may be repeated, as every door reads them. Pure.
#pragma once

#include <optional>

#include "core/idempotency.h"
#include "net/request.h"
#include "net/response.h"

namespace boathouse::api {

// The request's Idempotency-Key with its scope: user (by id), workspace, method, path and query. nullopt: it has none.
std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, std::string_view user,
                                                    const meta::WorkspaceRow& workspace);

// The same for a request whose body is at hand.
std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, std::string_view user,
                                                    const meta::WorkspaceRow& workspace, std::string_view body);

// The first answer again, which says that it is that.
net::Response first_answer_again(std::string answer);

}  // namespace boathouse::api
