// SPDX-License-Identifier: Apache-2.0
#include "auth/sigv4_chunks.h"

#include "auth/hmac.h"
#include "base/encoding.h"

namespace boathouse::auth::sigv4 {

bool ChunkSignatures::is_next_chunk(std::string_view hash, std::string_view signature) {
  static const std::string kOfNothing = base::to_hex(base::sha256(""));
  std::string text = "AWS4-HMAC-SHA256-PAYLOAD\n" + head_ + previous_ + "\n" + kOfNothing + "\n";
  return matches(text.append(hash), signature);
}

bool ChunkSignatures::is_trailer(std::string_view lines, std::string_view signature) {
  std::string text = "AWS4-HMAC-SHA256-TRAILER\n" + head_ + previous_ + "\n";
  return matches(text + base::to_hex(base::sha256(lines)), signature);
}

bool ChunkSignatures::matches(const std::string& text, std::string_view signature) {
  previous_ = sign(signing_key_, text);
  return is_same_secret(previous_, signature);
}

}  // namespace boathouse::auth::sigv4
