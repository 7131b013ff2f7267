// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/python_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace boathouse::batch {
namespace {

// From these powers of ten on Python's repr writes an exponent.
constexpr double kLarge = 1e16;
constexpr double kSmall = 1e-4;

}  // namespace

void append_python_number(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::isinf(number)) {
    out += number < 0 ? "-Infinity" : "Infinity";
    return;
  }
  const double size = std::fabs(number);
  const bool plain = size == 0 || (size >= kSmall && size < kLarge);
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  out += text;
  if (plain && text.find('.') == std::string_view::npos) out += ".0";
}

}  // namespace boathouse::batch
