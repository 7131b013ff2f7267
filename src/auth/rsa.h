// SPDX-License-Identifier: Apache-2.0
// RSA keys as PEM, and what others need to verify RS256 by them. Pure but for randomness; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace boathouse::auth {

// A new private key of 2048 bits, PKCS #8 in PEM. Takes tens to hundreds of milliseconds.
std::string make_rsa_key();
// A private RSA key of at least 2048 bits.
bool is_rsa_key(std::string_view private_pem);
std::string rsa_public_pem(std::string_view private_pem);
// The public half as a JWK (RFC 7517) with `kid`.
boost::json::object rsa_jwk(std::string_view private_pem, std::string_view id);

}  // namespace boathouse::auth
