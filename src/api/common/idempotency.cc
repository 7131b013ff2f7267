// SPDX-License-Identifier: Apache-2.0
#include "api/common/idempotency.h"

namespace boathouse::api {

std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, const auth::Principal& principal,
                                                    const meta::WorkspaceRow& workspace) {
  const std::string* key = request.headers.find("Idempotency-Key");
  if (!key) return std::nullopt;
  return core::IdempotencyKey{.scope = fmt::format("{}\n{}\n{} {}?{}", principal.user.value, workspace.id.value,
                                                   request.method, request.path, request.raw_query),
                              .key = *key};
}

}  // namespace boathouse::api
