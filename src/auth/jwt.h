// SPDX-License-Identifier: Apache-2.0
// JSON Web Tokens (RFC 7519, compact form) over libjwt. Whoever verifies says by which algorithm and key: what the token
// says of itself decides nothing. Pure but for OpenSSL; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace boathouse::auth {

enum class JwtAlgorithm { hs256, rs256 };

// `material`: the secret (HS256), or PEM: private to sign, public to verify (RS256).
struct JwtKey {
  JwtAlgorithm algorithm = JwtAlgorithm::hs256;
  std::string id{};  // `kid`
  std::string material{};
};

// Error{internal} when OpenSSL cannot.
std::string sign_jwt(const JwtKey& key, const boost::json::object& claims);

// The claims; nullopt for anything that was not signed by this key, algorithm and `kid`, or that is spelled otherwise
// than we spell tokens. Times are the caller's to look at.
std::optional<boost::json::object> verify_jwt(const JwtKey& key, std::string_view token);

// The `kid` that a token claims, to look its key up by; nullopt for what is no token.
std::optional<std::string> claimed_key_id(std::string_view token);

// A claim of whole seconds; nullopt where it is absent or a time that no clock of ours can show.
std::optional<base::Micros> time_claim(const boost::json::object& claims, std::string_view name);
// Empty where it is absent or no text.
std::string text_claim(const boost::json::object& claims, std::string_view name);

}  // namespace boathouse::auth
