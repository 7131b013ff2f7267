// SPDX-License-Identifier: Apache-2.0
// What the routes that take rows share: the Idempotency-Key of a request, and the answer to a committed batch. Pure.
#pragma once

#include <optional>

#include "auth/principal.h"
#include "core/ingest.h"
#include "net/response.h"
#include "net/router.h"

namespace boathouse::api::native {

// The request's Idempotency-Key with its scope: principal, workspace, method, path and query. nullopt: it has none.
std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, const auth::Principal& principal,
                                                    const meta::WorkspaceRow& workspace);

// 200 with the outcome, or with the first answer again and `Idempotent-Replay: true`.
net::Response batch_answer(const core::Committed& done);

}  // namespace boathouse::api::native
