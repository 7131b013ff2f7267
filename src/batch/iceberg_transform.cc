// SPDX-License-Identifier: Apache-2.0
#include "batch/iceberg_transform.h"

#include <array>

#include "base/encoding.h"
#include "base/murmur3.h"

namespace boathouse::batch {
namespace {

std::array<char, 16> big_endian(UInt128 value) {
  std::array<char, 16> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

}  // namespace

std::int32_t bucket_hash(std::int64_t value) { return base::murmur3(value); }

std::int32_t bucket_hash(std::string_view bytes) { return base::murmur3(bytes); }

std::int32_t bucket_hash_decimal(Int128 unscaled) {
  auto bytes = big_endian(static_cast<UInt128>(unscaled));
  // The fewest bytes of two's complement: a leading byte goes while the next one still shows the sign.
  std::size_t begin = 0;
  char sign = unscaled < 0 ? '\xff' : '\0';
  while (begin + 1 < bytes.size() && bytes[begin] == sign && ((bytes[begin + 1] ^ sign) & 0x80) == 0) ++begin;
  return base::murmur3(std::string_view(bytes.data() + begin, bytes.size() - begin));
}

std::int32_t bucket_hash_uuid(UInt128 value) {
  auto bytes = big_endian(value);
  return base::murmur3(std::string_view(bytes.data(), bytes.size()));
}

std::string_view truncate_text(std::string_view text, std::int32_t width) {
  return base::prefix_code_points(text, static_cast<std::size_t>(width));
}

}  // namespace boathouse::batch
