// SPDX-License-Identifier: Apache-2.0
// Requests that may be repeated: the answer to the first one is kept in the very commit that it tells of, so that a repeat
// gets it again and nothing happens twice. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "core/parts.h"

namespace boathouse::core {

// The scope names principal, workspace, method, path and query.
struct IdempotencyKey {
  std::string scope;
  std::string key;
  std::string
      body_hash{};  // hex SHA-256 of the request's body; empty for an ingest: of the bytes that its receiver is given
};

// Error{invalid_argument} unless it has 1 to 255 characters.
void check_idempotency_key(const IdempotencyKey& key);

// Error{unprocessable, "idempotency-key-reused"}: it was used for another body.
[[noreturn]] void throw_key_reused();
// Error{conflict, "idempotency-key-in-use"}: the first request still runs.
[[noreturn]] void throw_key_in_use();

// The answer that the first request with this key got. Error{unprocessable, "idempotency-key-reused"} when it had another
// body.
std::optional<std::string> first_answer(const Parts& parts, const IdempotencyKey& key);

// What goes into the commit of the first request. Of an answer that is too large to be kept, `rejected` is left out.
meta::IdempotencyRow idempotency_row(const IdempotencyKey& key, boost::json::object answer, base::Micros at);

}  // namespace boathouse::core
