// SPDX-License-Identifier: Apache-2.0
// Iceberg's partition transforms bucket and truncate as the engine applies them to the values of its vectors (Iceberg
// specification, "Partition Transforms" and appendix B). Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "batch/types.h"

namespace boathouse::batch {

// The hash of: an integer, date (days), time or timestamp (microseconds); a string or binary value; a decimal by its
// unscaled value; a UUID by its 16 bytes as a big-endian number.
std::int32_t bucket_hash(std::int64_t value);
std::int32_t bucket_hash(std::string_view bytes);
std::int32_t bucket_hash_decimal(Int128 unscaled);
std::int32_t bucket_hash_uuid(UInt128 value);

// 0 to buckets-1; `buckets` is at least 1.
inline std::int32_t bucket_of(std::int32_t hash, std::int32_t buckets) { return (hash & 0x7fffffff) % buckets; }

// The greatest multiple of `width` (at least 1) that is not above the value; wraps around at the type's lowest values,
// as other implementations do.
template <typename Integer>
Integer truncate_number(Integer value, Integer width) {
  Integer rest = value % width;
  if (rest < 0) rest += width;
  return static_cast<Integer>(static_cast<UInt128>(value) - static_cast<UInt128>(rest));
}

// The first `width` code points of valid UTF-8; bytes are cut by substr.
std::string_view truncate_text(std::string_view text, std::int32_t width);

}  // namespace boathouse::batch
