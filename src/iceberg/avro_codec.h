// SPDX-License-Identifier: Apache-2.0
// Avro blocks unfolded: raw deflate (RFC 1951) and zstandard frames; base/avro_writer.h folds them. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace boathouse::iceberg {

// A block unfolds to at most this; more is damage (or an attack), not a manifest.
inline constexpr std::size_t kMaxAvroBlock = 256UL << 20;

std::string inflate_block(std::string_view bytes, std::size_t limit = kMaxAvroBlock);
std::string unzstd_block(std::string_view bytes, std::size_t limit = kMaxAvroBlock);

}  // namespace boathouse::iceberg
