// SPDX-License-Identifier: Apache-2.0
// Secure Remote Password as Cognito's clients speak it: SRP-6a (RFC 5054's arithmetic) over the 3072-bit group of RFC 3526
// with generator 2, SHA-256, numbers in hex padded so that none looks negative, and a key derived by HKDF. `pool` is the
// part of a pool's id after '_'. Numbers are lower-case hex. Pure but for randomness; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace boathouse::auth {

// What is kept instead of a password. It is as good as a fast hash of it: guard it.
struct SrpVerifier {
  std::string salt{};
  std::string verifier{};
};

SrpVerifier make_srp_verifier(std::string_view pool, std::string_view user, std::string_view password);

// The server's number for one log-in: `secret` is to be kept from everybody, `shown` goes to the client as SRP_B.
struct SrpServerKey {
  std::string secret{};
  std::string shown{};
};
SrpServerKey make_srp_server_key(const SrpVerifier& verifier);

// Hex of a number between 1 and the group's last but one, and no multiple of its prime: what SRP_A may be.
bool is_srp_client_key(std::string_view hex);

// The key (16 raw bytes) that both sides have if the client knew the password. `client_key` passed is_srp_client_key();
// nullopt where the numbers met at one that SRP refuses.
std::optional<std::string> srp_session_key(const SrpVerifier& verifier, const SrpServerKey& server,
                                           std::string_view client_key);

// What the client claims with that key: raw bytes over pool, user, the secret block and the client's own time stamp.
std::string srp_claim(std::string_view session_key, std::string_view pool, std::string_view user,
                      std::string_view secret_block, std::string_view timestamp);

}  // namespace boathouse::auth
