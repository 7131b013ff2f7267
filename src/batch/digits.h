// SPDX-License-Identifier: Apache-2.0
// Small tools of the strict parsers. Pure, any thread; callers check that the bytes are there.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"
#include "batch/types.h"

namespace boathouse::batch {

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The number of two, or four, digits at `p`; beyond any such number where they are no digits.
inline unsigned two_digits(const char* p) {
  unsigned high = static_cast<unsigned char>(p[0] - '0');
  unsigned low = static_cast<unsigned char>(p[1] - '0');
  return high < 10 && low < 10 ? high * 10 + low : 0xffffU;
}
inline unsigned four_digits(const char* p) {
  unsigned high = two_digits(p);
  unsigned low = two_digits(p + 2);
  return high < 100 && low < 100 ? high * 100 + low : 0xffffU;
}

// The instants that a timestamp may be: the years 0001 to 9999.
inline constexpr std::int64_t kMinMicros = -62135596800LL * base::kSecond;
inline constexpr std::int64_t kMaxMicros = 253402300800LL * base::kSecond - 1;
inline bool is_in_years(std::int64_t micros) { return micros >= kMinMicros && micros <= kMaxMicros; }

// 10 to the power of 0 to 38.
inline Int128 power_of_ten(int exponent) {
  static constexpr auto kPowers = [] {
    std::array<Int128, 39> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return kPowers[static_cast<std::size_t>(exponent)];
}

}  // namespace boathouse::batch
