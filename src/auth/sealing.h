// SPDX-License-Identifier: Apache-2.0
// Seals secrets that must be read again: XChaCha20-Poly1305 under the newest sealing key, which the sealed text names:
// `s1.<kid>.<base64url of nonce and ciphertext>`. What is sealed is bound to the place where it is kept (`bound_to`, say
// "access-key:<id>:<user>"), so that it opens nowhere else. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "auth/key_ring.h"

namespace boathouse::auth {

class Sealer {
 public:
  explicit Sealer(KeyRing& keys) : keys_(keys) {}

  std::string seal(std::string_view secret, std::string_view bound_to) const;
  // Error{unavailable, code "seal-broken"} for a text that was damaged, moved, or sealed with a key that is not here.
  std::string open(std::string_view sealed, std::string_view bound_to) const;
  // Sealed with the key that seals now.
  bool is_current(std::string_view sealed) const;

 private:
  KeyRing& keys_;
};

}  // namespace boathouse::auth
