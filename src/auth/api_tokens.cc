// SPDX-License-Identifier: Apache-2.0
#include "auth/api_tokens.h"

#include "base/encoding.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {
constexpr std::string_view kPrefix = "bh_";
}  // namespace

std::string new_api_token() { return std::string(kPrefix) + base::random_text(43); }
bool is_api_token(std::string_view text) { return text.starts_with(kPrefix); }
std::string token_hash(std::string_view token) { return base::to_hex(base::sha256(token)); }

}  // namespace boathouse::auth
