// SPDX-License-Identifier: Apache-2.0
// Numbers as text. Pure; any thread.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace boathouse::base {

// The number that all of `text` is: digits of `radix`, after a '-' where Number has a sign; nullopt for anything else, and
// for one that Number cannot hold.
template <std::integral Number>
std::optional<Number> parse_number(std::string_view text, int radix = 10) {
  Number number{};
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, radix);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The same for fractions: decimal, with or without an exponent; also "inf" and "nan".
template <std::floating_point Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace boathouse::base
