// SPDX-License-Identifier: Apache-2.0
// Undoes Content-Encoding (none, gzip, zstd) piece by piece within BodyLimits. Internal to net; one thread at a time.
#pragma once

#include <memory>
#include <string_view>

#include "net/request.h"

namespace boathouse::net {

class Unfolder {
 public:
  virtual ~Unfolder() = default;
  // Throws Error{too_large} past a limit, Error{invalid_argument} for broken compression, and what the consumer throws.
  virtual void feed(std::string_view bytes, const ChunkConsumer& consumer) = 0;
  // Throws Error{invalid_argument} when the compressed stream is not complete.
  virtual void finish() = 0;
};

// True for "", "identity".
bool is_identity(std::string_view coding);

// Error{unsupported_media} for a coding that is none of these. The consumer gets pieces of at most 1 MiB.
std::unique_ptr<Unfolder> make_unfolder(std::string_view coding, const BodyLimits& limits);

}  // namespace boathouse::net
