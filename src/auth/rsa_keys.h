// SPDX-License-Identifier: Apache-2.0
// The keys of RS256 tokens: what signs, what verifies, and the JWKS by which others verify. The first call makes the key
// and takes a moment. Any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "auth/key_ring.h"

namespace boathouse::auth {

struct RsaSigningKey {
  std::string id{};           // `kid` of what it signs
  std::string private_pem{};  // never leaves the process
};

class RsaKeys {
 public:
  explicit RsaKeys(KeyRing& keys) : keys_(keys) {}

  RsaSigningKey signing_key() const;
  // The public half in PEM; nullopt when `id` is unknown or has retired.
  std::optional<std::string> verifying_key(std::string_view id) const;
  // {"keys": [..]}: every key whose tokens may still live, newest first (RFC 7517).
  boost::json::object jwks() const;

 private:
  KeyRing& keys_;
};

}  // namespace boathouse::auth
