// SPDX-License-Identifier: Apache-2.0
// Requests that may be repeated, as every door reads them. Pure.
#pragma once

#include <optional>

#include "auth/principal.h"
#include "core/ingest.h"
#include "net/request.h"

namespace boathouse::api {

// The request's Idempotency-Key with its scope: principal, workspace, method, path and query. nullopt: it has none.
std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, const auth::Principal& principal,
                                                    const meta::WorkspaceRow& workspace);

// What says that an answer is the first one again.
inline constexpr const char* kReplayHeader = "Idempotent-Replay";

}  // namespace boathouse::api
