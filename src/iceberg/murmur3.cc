// SPDX-License-Identifier: Apache-2.0
#include "iceberg/murmur3.h"

#include <bit>
#include <cstring>

namespace boathouse::iceberg {
namespace {

std::uint32_t scramble(std::uint32_t block) { return std::rotl(block * 0xcc9e2d51U, 15) * 0x1b873593U; }

}  // namespace

std::uint32_t murmur3_32(std::string_view bytes) {
  std::uint32_t hash = 0;
  std::size_t whole = bytes.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    std::uint32_t block;
    std::memcpy(&block, bytes.data() + i, 4);
    hash = std::rotl(hash ^ scramble(block), 13) * 5 + 0xe6546b64U;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i > whole; --i) tail = tail << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  hash ^= scramble(tail);
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
  return hash ^ hash >> 16;
}

}  // namespace boathouse::iceberg
