// SPDX-License-Identifier: Apache-2.0
#include "base/murmur3.h"

#include <bit>
#include <cstring>

namespace boathouse::base {
namespace {

std::uint32_t mix_block(std::uint32_t block) { return std::rotl(block * 0xcc9e2d51U, 15) * 0x1b873593U; }

}  // namespace

std::int32_t murmur3(std::string_view bytes) {
  std::uint32_t hash = 0;
  std::size_t whole = bytes.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    std::uint32_t block;
    std::memcpy(&block, bytes.data() + i, 4);
    hash = std::rotl(hash ^ mix_block(block), 13) * 5 + 0xe6546b64U;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i > whole; --i) tail = tail << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  if (whole != bytes.size()) hash ^= mix_block(tail);
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
  return static_cast<std::int32_t>(hash ^ hash >> 16);
}

std::int32_t murmur3(std::int64_t value) {
  char bytes[8];
  std::memcpy(bytes, &value, 8);
  return murmur3(std::string_view(bytes, 8));
}

}  // namespace boathouse::base
