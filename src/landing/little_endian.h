// SPDX-License-Identifier: Apache-2.0
// Unsigned numbers as the little-endian bytes of the landing log's files. Pure, any thread.
#pragma once

#include <concepts>
#include <cstddef>

namespace boathouse::landing {

template <std::unsigned_integral Number>
void put_little_endian(char* to, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

template <std::unsigned_integral Number>
Number get_little_endian(const char* from) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(from[i])) << (8 * i));
  }
  return value;
}

}  // namespace boathouse::landing
