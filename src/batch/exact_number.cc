// SPDX-License-Identifier: Apache-2.0
#include "batch/exact_number.h"

#include <charconv>
#include <cmath>
#include <string>

#include "batch/json_text.h"
#include "batch/strict_text.h"

namespace boathouse::batch {
namespace {

template <typename Float>
std::string float_text(Float value) {
  char buffer[64];
  auto [end, failed] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, failed == std::errc() ? end : buffer);
}

// A number token of JSON, or nothing for infinities and NaN.
std::optional<std::string> number_text(const AnyNumber& number) {
  if (const auto* integer = std::get_if<Int128>(&number)) return decimal_text(*integer, 0);
  if (const auto* decimal = std::get_if<DecimalNumber>(&number)) return decimal_text(decimal->unscaled, decimal->scale);
  if (const auto* small = std::get_if<float>(&number)) {
    return std::isfinite(*small) ? std::optional(float_text(*small)) : std::nullopt;
  }
  double value = std::get<double>(number);
  return std::isfinite(value) ? std::optional(float_text(value)) : std::nullopt;
}

template <typename T, typename Judge>
std::optional<T> judged(const AnyNumber& number, Judge judge) {
  auto text = number_text(number);
  T value{};
  if (!text || !judge(*text, value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int32_t> exact_integer(const AnyNumber& number) {
  auto value = exact_bigint(number);
  if (!value || *value != static_cast<std::int32_t>(*value)) return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

std::optional<std::int64_t> exact_bigint(const AnyNumber& number) {
  if (const auto* integer = std::get_if<Int128>(&number)) {
    if (*integer != static_cast<std::int64_t>(*integer)) return std::nullopt;
    return static_cast<std::int64_t>(*integer);
  }
  return judged<std::int64_t>(number, json_bigint);
}

std::optional<double> exact_double(const AnyNumber& number) {
  if (const auto* integer = std::get_if<Int128>(&number)) {
    auto value = static_cast<double>(*integer);
    // Past 2^126 the way back could overflow.
    if (std::abs(value) > 0x1p126 || static_cast<Int128>(value) != *integer) return std::nullopt;
    return value;
  }
  if (const auto* small = std::get_if<float>(&number)) return *small;
  if (const auto* value = std::get_if<double>(&number)) return *value;
  return judged<double>(number, json_double);
}

std::optional<Int128> exact_decimal(const AnyNumber& number, int precision, int scale) {
  return judged<Int128>(
      number, [&](const std::string& text, Int128& out) { return json_decimal(text, precision, scale, out); });
}

}  // namespace boathouse::batch
