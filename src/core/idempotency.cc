// SPDX-License-Identifier: Apache-2.0
#include "core/idempotency.h"

#include <boost/json/serialize.hpp>

#include "base/error.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxKey = 255;
constexpr std::size_t kMaxStoredAnswer = 64 << 10;
constexpr base::Micros kLifetime = base::kDay;

}  // namespace

void check_idempotency_key(const IdempotencyKey& key) {
  if (!key.key.empty() && key.key.size() <= kMaxKey) return;
  throw Error(ErrorKind::invalid_argument, fmt::format("an Idempotency-Key has 1 to {} characters", kMaxKey));
}

void throw_key_reused() {
  throw Error(ErrorKind::unprocessable, "this Idempotency-Key was used for another body: take a new key")
      .code("idempotency-key-reused");
}

void throw_key_in_use() {
  throw Error(ErrorKind::conflict, "a request with this Idempotency-Key is still running: repeat it a little later")
      .code("idempotency-key-in-use");
}

std::optional<std::string> first_answer(const Parts& parts, const IdempotencyKey& key) {
  auto row = parts.meta.catalog().find_idempotency(key.scope, key.key, base::now_micros());
  if (!row) return std::nullopt;
  if (row->body_hash != key.body_hash) throw_key_reused();
  return std::move(row->answer);
}

meta::IdempotencyRow idempotency_row(const IdempotencyKey& key, boost::json::object answer, base::Micros at) {
  std::string text = boost::json::serialize(answer);
  if (text.size() > kMaxStoredAnswer) {
    answer.erase("rejected");
    text = boost::json::serialize(answer);
  }
  return {.scope = key.scope,
          .key = key.key,
          .body_hash = key.body_hash,
          .status = 200,
          .answer = std::move(text),
          .expires_at = at + kLifetime};
}

}  // namespace boathouse::core
