// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/number_word.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "base/encoding.h"
#include "batch/digits.h"

namespace boathouse::batch {
namespace {

constexpr std::uint64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
// Of a float's digits, leading zeros among them, pandas looks at no more.
constexpr int kFloatDigits = 17;
// As many as 64 bits hold whatever they are, and from where on they are so many that those past kFloatDigits do not show.
constexpr int kMostDigits = 19;
constexpr std::uint64_t kWeighty = 1'000'000'000'000'000;
constexpr int kMaxExponent = 308;

// The powers of ten that a double holds exactly.
constexpr std::array kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// 10 to the power of 0 to 308, the nearest double.
double power_of(int exponent) {
  const auto place = static_cast<std::size_t>(exponent);
  if (place < kPowers.size()) return kPowers[place];
  const std::string text = "1e" + std::to_string(exponent);
  double power = 0;
  std::from_chars(text.data(), text.data() + text.size(), power);
  return power;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

// Takes a sign; true for a minus.
bool take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool minus = text.front() == '-';
  text.remove_prefix(1);
  return minus;
}

// What the word is to int64 and uint64; where it is one of them, its value is that too.
void read_integer(std::string_view word, NumberWord& number) {
  skip_spaces(word);
  const bool minus = take_sign(word);
  if (minus) number.flags |= kMinus;
  if (word.empty() || !is_digit(word.front())) return;
  const std::uint64_t most = minus ? kInt64Max + 1 : kInt64Max;
  std::uint64_t value = 0;
  while (!word.empty() && is_digit(word.front())) {
    const auto digit = static_cast<std::uint64_t>(word.front() - '0');
    if (__builtin_mul_overflow(value, 10U, &value) || __builtin_add_overflow(value, digit, &value)) {
      number.flags |= kInt64Overflow | kUint64Overflow;
      return;
    }
    word.remove_prefix(1);
    // The digits are too many before it is seen what comes after them.
    if (value > most) number.flags |= kInt64Overflow;
  }
  skip_spaces(word);
  if (!word.empty()) return;
  if (value <= most) number.flags |= kInt64;
  if (!minus) number.flags |= kUint64 | (value > kInt64Max ? kBig : 0);
  if ((number.flags & (kInt64 | kUint64)) == 0) return;
  number.value = minus ? -static_cast<double>(value) : static_cast<double>(value);
}

// Digits and their place, as a float's first half.
struct Decimal {
  std::uint64_t digits = 0;
  int count = 0;
  int exponent = 0;
};

void take_digits(std::string_view& text, bool after_point, Decimal& decimal) {
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    if (decimal.count < kFloatDigits) {
      decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(text.front() - '0');
      ++decimal.count;
      decimal.exponent -= after_point ? 1 : 0;
    } else if (!after_point) {
      ++decimal.exponent;
    }
  }
}

// Takes "e5" or nothing; an e without digits is left.
void take_exponent(std::string_view& text, int& exponent) {
  if (text.empty() || (text.front() != 'e' && text.front() != 'E')) return;
  std::string_view rest = text.substr(1);
  const bool minus = take_sign(rest);
  std::int64_t number = 0;
  int count = 0;
  for (; count < kFloatDigits && !rest.empty() && is_digit(rest.front()); ++count, rest.remove_prefix(1)) {
    number = number * 10 + (rest.front() - '0');
  }
  if (count == 0) return;
  text = rest;
  const auto most = static_cast<std::int64_t>(std::numeric_limits<int>::max() / 2);
  const auto clamped = static_cast<int>(std::min(number, most));
  exponent = minus ? exponent - clamped : exponent + clamped;
}

// False past what a double holds.
bool scale(const Decimal& decimal, double& value) {
  value = static_cast<double>(decimal.digits);
  if (decimal.exponent > kMaxExponent) return false;
  if (decimal.exponent >= 0) {
    value *= power_of(decimal.exponent);
  } else if (decimal.exponent >= -kMaxExponent) {
    value /= power_of(-decimal.exponent);
  } else {
    // In two steps, for what is left of the smallest numbers.
    value = decimal.exponent < -2 * kMaxExponent ? 0 : value / power_of(-kMaxExponent - decimal.exponent);
    value /= power_of(kMaxExponent);
  }
  return !std::isinf(value);
}

bool read_infinity(std::string_view word, double& value) {
  if (word.size() < 3 || word.size() > 9) return false;
  const bool minus = take_sign(word);
  const std::string folded = base::fold_case(word);
  if (folded != "inf" && folded != "infinity") return false;
  value = std::numeric_limits<double>::infinity() * (minus ? -1 : 1);
  return true;
}

bool read_float(std::string_view word, double& value) {
  std::string_view rest = word;
  skip_spaces(rest);
  const bool minus = take_sign(rest);
  Decimal decimal;
  take_digits(rest, false, decimal);
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    take_digits(rest, true, decimal);
  }
  if (decimal.count == 0) return read_infinity(word, value);
  take_exponent(rest, decimal.exponent);
  skip_spaces(rest);
  if (!rest.empty() || !scale(decimal, value)) return false;
  if (minus) value = -value;
  return true;
}

NumberWord read_any_number(std::string_view word) {
  NumberWord number;
  if (!read_float(word, number.value)) return number;
  number.flags = kFloat;
  read_integer(word, number);
  return number;
}

}  // namespace

// Most numbers are some digits, perhaps with a minus and a point: read in one go.
NumberWord read_number(std::string_view word) {
  const char* at = word.data();
  const char* const end = at + word.size();
  const bool minus = at != end && *at == '-';
  if (minus) ++at;
  if (end - at > kMostDigits + 1) return read_any_number(word);
  const char* const begin = at;
  std::uint64_t digits = 0;
  for (; at != end && is_digit(*at); ++at) digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  std::ptrdiff_t count = at - begin;
  const bool point = at != end && *at == '.';
  if (point) {
    ++at;
    for (; at != end && is_digit(*at); ++at) digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  const std::ptrdiff_t decimals = point ? at - begin - count - 1 : 0;
  // Of more digits than pandas looks at the last must weigh nothing; and a number of so many may be none of int64.
  const std::ptrdiff_t most = point && digits >= kWeighty ? kMostDigits : kFloatDigits;
  count += decimals;
  if (at != end || count == 0 || count > most) return read_any_number(word);
  NumberWord number;
  number.value = static_cast<double>(digits);
  if (decimals > 0) number.value /= kPowers[static_cast<std::size_t>(decimals)];
  if (minus) number.value = -number.value;
  const int integer = point ? 0 : kInt64 | (minus ? 0 : kUint64);
  number.flags = static_cast<std::uint8_t>(kFloat | integer | (minus ? kMinus : 0));
  number.symbols = static_cast<std::int8_t>((minus ? 1 : 0) + (point ? 1 : 0));
  return number;
}

bool is_missing_word(std::string_view word) {
  if (word.empty()) return true;
  if (word.size() == 1 || word.size() > 9) return false;
  switch (word.front()) {
    case 'N': return word == "NA" || word == "NaN" || word == "NULL" || word == "None" || word == "N/A";
    case 'n': return word == "nan" || word == "null" || word == "n/a";
    case '#': return word == "#N/A" || word == "#NA" || word == "#N/A N/A";
    case '<': return word == "<NA>";
    case '-': return word == "-NaN" || word == "-nan" || word == "-1.#IND" || word == "-1.#QNAN";
    case '1': return word == "1.#IND" || word == "1.#QNAN";
    default: return false;
  }
}

}  // namespace boathouse::batch
