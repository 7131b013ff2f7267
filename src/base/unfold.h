// SPDX-License-Identifier: Apache-2.0
// Undoes compression (none, gzip, zstd) piece by piece within limits, so that little bytes never become endless ones. One
// thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boathouse::base {

struct UnfoldLimits {
  std::string what = "the request's body";             // in errors
  std::uint64_t max_bytes = std::uint64_t{64} << 30;   // once unfolded
  std::uint64_t max_ratio = 200;                       // unfolded bytes for each byte that came ...
  std::uint64_t ratio_floor = std::uint64_t{4} << 20;  // ... once so many bytes are unfolded
  // What zstd may ask of memory, as a power of two. RFC 9659 lets a content coding ask for 8 MiB.
  int zstd_window_log = 23;
};

enum class Folding { none, gzip, zstd };

// Takes the next bytes; may throw, which comes out of feed().
using BytesConsumer = std::function<void(std::string_view)>;

class Unfolder {
 public:
  virtual ~Unfolder() = default;
  // Throws Error{too_large} past a limit, Error{invalid_argument} for broken compression, and what the consumer throws.
  // The consumer gets pieces of at most 1 MiB, unless nothing is to be unfolded.
  virtual void feed(std::string_view bytes, const BytesConsumer& consumer) = 0;
  // Throws Error{invalid_argument} when the compressed stream is not complete.
  virtual void finish() = 0;
};

std::unique_ptr<Unfolder> make_unfolder(Folding folding, const UnfoldLimits& limits);

}  // namespace boathouse::base
