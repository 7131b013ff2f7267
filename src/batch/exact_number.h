// SPDX-License-Identifier: Apache-2.0
// Numbers of any origin (a Parquet column of integers, floats or decimals) judged by value for a column's type: what
// cannot be kept exactly is no value of it. A float is the number that its shortest text says, so that 0.1 is a
// DECIMAL(2,1). Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "batch/types.h"

namespace boathouse::batch {

struct DecimalNumber {
  Int128 unscaled = 0;
  int scale = 0;
};
// Integers of up to 64 bits with or without sign and 128-bit ones; floats (widened, which loses nothing) and doubles.
using AnyNumber = std::variant<Int128, DecimalNumber, float, double>;

std::optional<std::int32_t> exact_integer(const AnyNumber& number);
std::optional<std::int64_t> exact_bigint(const AnyNumber& number);
// Integers that a double cannot hold are refused; fractions become the nearest double, as their text would.
std::optional<double> exact_double(const AnyNumber& number);
// The unscaled value.
std::optional<Int128> exact_decimal(const AnyNumber& number, int precision, int scale);

}  // namespace boathouse::batch
