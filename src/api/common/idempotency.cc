// SPDX-License-Identifier: Apache-2.0
#include "api/common/idempotency.h"

#include "base/encoding.h"

namespace boathouse::api {

std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, std::string_view user,
                                                    const meta::WorkspaceRow& workspace) {
  const std::string* key = request.headers.find("Idempotency-Key");
  if (!key) return std::nullopt;
  return core::IdempotencyKey{.scope = fmt::format("{}\n{}\n{} {}?{}", user, workspace.id.value, request.method,
                                                   request.path, request.raw_query),
                              .key = *key};
}

std::optional<core::IdempotencyKey> idempotency_key(const net::Request& request, std::string_view user,
                                                    const meta::WorkspaceRow& workspace, std::string_view body) {
  auto key = idempotency_key(request, user, workspace);
  if (key) key->body_hash = base::to_hex(base::sha256(body));
  return key;
}

net::Response first_answer_again(std::string answer) {
  return net::text_response(200, std::move(answer), "application/json").with("Idempotent-Replay", "true");
}

}  // namespace boathouse::api
