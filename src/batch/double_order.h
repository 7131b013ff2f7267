// SPDX-License-Identifier: Apache-2.0
// DOUBLEs as integers in the same order: ordered several times faster, since no NaN has to be asked for. Any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace boathouse::batch {

// Of numbers other than NaN; both zeros are one. The bits of IEEE 754 doubles are ordered as they are from zero upwards, and
// the other way round below it.
inline std::int64_t order_of(double number) {
  const auto bits = std::bit_cast<std::int64_t>(number == 0 ? 0.0 : number);
  return bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits;
}

inline double number_at(std::int64_t order) {
  return std::bit_cast<double>(order < 0 ? order ^ std::numeric_limits<std::int64_t>::max() : order);
}

}  // namespace boathouse::batch
