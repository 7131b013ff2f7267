// SPDX-License-Identifier: Apache-2.0
// Signatures of bodies that are signed in chunks, each over the one before it; the first follows the request's own. One
// thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "auth/sigv4.h"

namespace boathouse::auth::sigv4 {

class ChunkSignatures {
 public:
  // `signing_key` is raw bytes. `claim` is of the request.
  ChunkSignatures(const Claim& claim, std::string signing_key)
      : signing_key_(std::move(signing_key)),
        head_(claim.timestamp + "\n" + claim.scope() + "\n"),
        previous_(claim.signature) {}

  // Of the next chunk, whose bytes have this SHA-256 (64 hex digits), and of the trailer after the last, as the lines
  // `name:value\n`. False where it is not its signature: nothing that came may be believed then.
  bool is_next_chunk(std::string_view hash, std::string_view signature);
  bool is_trailer(std::string_view lines, std::string_view signature);

 private:
  bool matches(const std::string& text, std::string_view signature);

  const std::string signing_key_;
  const std::string head_;
  std::string previous_;
};

}  // namespace boathouse::auth::sigv4
