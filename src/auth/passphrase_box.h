// SPDX-License-Identifier: Apache-2.0
// Secrets that leave the machine under a passphrase that people keep: Argon2id makes the key, XChaCha20-Poly1305 seals. The
// text is `p1.<base64url of salt, nonce and ciphertext>`. Slow on purpose; any thread.
#pragma once

#include <string>
#include <string_view>

namespace boathouse::auth {

inline constexpr std::size_t kLeastPassphrase = 12;  // bytes

// Error{invalid_argument} for a passphrase that is too short.
std::string seal_with_passphrase(std::string_view secret, std::string_view passphrase);
// Error{invalid_argument} for another passphrase, and for a text that was altered.
std::string open_with_passphrase(std::string_view sealed, std::string_view passphrase);

}  // namespace boathouse::auth
