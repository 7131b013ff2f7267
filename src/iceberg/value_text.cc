// SPDX-License-Identifier: Apache-2.0
// Values as text, both ways.
#include <charconv>
#include <cmath>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/time.h"
#include "iceberg/value.h"

namespace boathouse::iceberg {
namespace {

std::string digits_of(Int128 value, int scale) {
  bool negative = value < 0;
  std::string digits;
  for (; value != 0; value /= 10) digits.push_back(static_cast<char>('0' + std::abs(static_cast<int>(value % 10))));
  while (digits.size() <= static_cast<std::size_t>(scale)) digits.push_back('0');
  std::string out = negative ? "-" : "";
  for (std::size_t i = digits.size(); i-- > 0;) {
    out.push_back(digits[i]);
    if (i == static_cast<std::size_t>(scale) && i > 0) out.push_back('.');
  }
  return out;
}

std::string date_text(std::int64_t days) {
  base::CivilDate date = base::civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string time_text(std::int64_t micros) {
  std::int64_t seconds = micros / base::kSecond;
  std::string out = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  std::int64_t fraction = micros % base::kSecond;
  if (fraction == 0) return out;
  out += fmt::format(".{:06}", fraction);
  while (out.back() == '0') out.pop_back();
  return out;
}

std::string timestamp_text(std::int64_t micros) {
  std::int64_t days = micros / base::kDay - (micros % base::kDay < 0 ? 1 : 0);
  return date_text(days) + "T" + time_text(micros - days * base::kDay);
}

std::string uuid_text(const Uuid& uuid) {
  std::string hex = base::to_hex({reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

struct TextOf {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int32_t v) const { return std::to_string(v); }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(float v) const { return fmt::format("{}", v); }
  std::string operator()(double v) const { return fmt::format("{}", v); }
  std::string operator()(const Decimal& v) const { return digits_of(v.unscaled, v.scale); }
  std::string operator()(Date v) const { return date_text(v.days); }
  std::string operator()(Time v) const { return time_text(v.micros); }
  std::string operator()(Timestamp v) const { return timestamp_text(v.micros); }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(const Uuid& v) const { return uuid_text(v); }
  std::string operator()(const Bytes& v) const { return base::to_hex(v.bytes); }
};

template <class T>
std::optional<Value> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return Value(value);
}

std::optional<Value> decimal(const Type& type, std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Int128 unscaled = 0;
  int digits = 0;
  int decimals = -1;  // before the point
  for (char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++digits;
    if (decimals >= type.scale()) {
      if (c != '0') return std::nullopt;
      continue;
    }
    if (decimals >= 0) ++decimals;
    if (__builtin_mul_overflow(unscaled, Int128{10}, &unscaled)) return std::nullopt;
    if (__builtin_add_overflow(unscaled, Int128{c - '0'}, &unscaled)) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  for (int have = std::max(decimals, 0); have < type.scale(); ++have) {
    if (__builtin_mul_overflow(unscaled, Int128{10}, &unscaled)) return std::nullopt;
  }
  Int128 limit = 1;
  for (int i = 0; i < type.precision(); ++i) limit *= 10;
  if (unscaled >= limit) return std::nullopt;
  return Value(Decimal{negative ? -unscaled : unscaled, type.scale()});
}

// Exactly `count` digits at the front, which are taken away.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  auto day = take_digits(text, 2);
  if (!day || !base::is_civil_date(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day))) {
    return std::nullopt;
  }
  return base::days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day));
}

std::optional<std::int64_t> take_time(std::string_view& text) {
  auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t micros = (*hour * 3600LL + *minute * 60 + *second) * base::kSecond;
  if (!take(text, '.')) return micros;
  std::int64_t unit = base::kSecond;
  std::size_t count = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++count) {
    unit /= 10;
    if (unit == 0 && text[0] != '0') return std::nullopt;
    micros += unit * (text[0] - '0');
  }
  return count > 0 ? std::optional(micros) : std::nullopt;
}

// "Z", "+00", "+05:30", "-0330" or nothing.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  bool west = text[0] == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  auto hours = take_digits(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  take(text, ':');
  auto minutes = text.empty() ? std::optional(0) : take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::int64_t offset = *hours * base::kHour + *minutes * base::kMinute;
  return west ? -offset : offset;
}

std::optional<Value> timestamp(std::string_view text, bool zoned) {
  auto days = take_date(text);
  if (!days || (!take(text, ' ') && !take(text, 'T'))) return std::nullopt;
  auto micros = take_time(text);
  if (!micros) return std::nullopt;
  auto offset = zoned ? take_zone(text) : std::optional<std::int64_t>(0);
  if (!offset || !text.empty()) return std::nullopt;
  return Value(Timestamp{*days * base::kDay + *micros - *offset});
}

std::optional<Value> uuid(std::string_view text) {
  if (!base::is_uuid(text)) return std::nullopt;
  std::string plain;
  for (char c : text) {
    if (c != '-') plain.push_back(c);
  }
  std::string bytes = base::from_hex(plain).value_or("");
  Uuid value;
  if (bytes.size() != value.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  return Value(value);
}

std::optional<Value> boolean(std::string_view text) {
  if (text == "true" || text == "1") return Value(true);
  if (text == "false" || text == "0") return Value(false);
  return std::nullopt;
}

}  // namespace

std::string to_text(const Value& value) { return std::visit(TextOf{}, value); }

std::optional<Value> value_from_text(const Type& type, std::string_view text) {
  switch (type.kind()) {
    case TypeKind::boolean: return boolean(text);
    case TypeKind::int32: return number<std::int32_t>(text);
    case TypeKind::int64: return number<std::int64_t>(text);
    case TypeKind::float32: return number<float>(text);
    case TypeKind::float64: return number<double>(text);
    case TypeKind::decimal: return decimal(type, text);
    case TypeKind::date: {
      auto days = take_date(text);
      return days && text.empty() ? std::optional<Value>(Date{static_cast<std::int32_t>(*days)}) : std::nullopt;
    }
    case TypeKind::time: {
      auto micros = take_time(text);
      return micros && text.empty() ? std::optional<Value>(Time{*micros}) : std::nullopt;
    }
    case TypeKind::timestamp: return timestamp(text, false);
    case TypeKind::timestamptz: return timestamp(text, true);
    case TypeKind::string: return base::is_utf8(text) ? std::optional<Value>(std::string(text)) : std::nullopt;
    case TypeKind::uuid: return uuid(text);
    case TypeKind::fixed:
    case TypeKind::binary: {
      auto bytes = base::from_hex(text);
      if (!bytes || (type.kind() == TypeKind::fixed && bytes->size() != static_cast<std::size_t>(type.length()))) {
        return std::nullopt;
      }
      return Value(Bytes{std::move(*bytes)});
    }
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace boathouse::iceberg
