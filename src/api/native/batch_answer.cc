// SPDX-License-Identifier: Apache-2.0
#include "api/native/batch_answer.h"

namespace boathouse::api::native {

std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, const auth::Principal& principal,
                                                    const meta::WorkspaceRow& workspace) {
  const std::string* key = request.headers.find("Idempotency-Key");
  if (!key) return std::nullopt;
  return core::IdempotencyKey{.scope = fmt::format("{}\n{}\n{} {}?{}", principal.user.value, workspace.id.value,
                                                   request.method, request.path, request.raw_query),
                              .key = *key};
}

net::Response batch_answer(const core::Committed& done) {
  if (!done.replayed_answer) return net::json_response(200, core::to_json(done.outcome));
  return net::text_response(200, *done.replayed_answer, "application/json").with("Idempotent-Replay", "true");
}

}  // namespace boathouse::api::native
