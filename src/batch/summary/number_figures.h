// SPDX-License-Identifier: Apache-2.0
// What pandas' describe() says of a number column. Sums are taken in NumPy's order (pairwise), so that what rounding makes
// of them is the same too. One thread at a time.
#pragma once

#include <cstdint>

#include "batch/summary/spilled_numbers.h"

namespace boathouse::batch {

enum class NumberKind : std::uint8_t { int64, uint64, float64 };

struct NumberFigures {
  double count = 0;
  double mean = 0;
  double std = 0;
  double min = 0;
  double lower = 0;   // 25%
  double median = 0;  // 50%
  double upper = 0;   // 75%
  double max = 0;
};

// Of `rows` numbers, of which `present` are not NaN; figures that there are none of are NaN.
NumberFigures number_figures(const SpilledNumbers& numbers, std::uint32_t column, NumberKind kind, std::uint64_t rows,
                             std::uint64_t present);

}  // namespace boathouse::batch
