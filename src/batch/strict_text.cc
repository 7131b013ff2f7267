// SPDX-License-Identifier: Apache-2.0
#include "batch/strict_text.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/encoding.h"
#include "base/names.h"
#include "base/time.h"
#include "batch/digits.h"
#include "batch/json_text.h"

namespace boathouse::batch {
namespace {

constexpr std::size_t kDateLength = 10;
constexpr std::size_t kTimeLength = 8;

// Takes a leading '+' or '-' off; true for '-'.
bool take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

// YYYY-MM-DD at `p`, which has ten bytes.
bool date_at(const char* p, std::int64_t& days) {
  unsigned year = four_digits(p);
  unsigned month = two_digits(p + 5);
  unsigned day = two_digits(p + 8);
  if (p[4] != '-' || p[7] != '-' || year - 1 > 9998 || !base::is_civil_date(year, month, day)) return false;
  days = base::days_from_civil(year, month, day);
  return true;
}

// HH:MM:SS at `p`, which has eight bytes.
bool clock_at(const char* p, std::int64_t& seconds) {
  unsigned hour = two_digits(p);
  unsigned minute = two_digits(p + 3);
  unsigned second = two_digits(p + 6);
  if (p[2] != ':' || p[5] != ':' || hour > 23 || minute > 59 || second > 59) return false;
  seconds = hour * 3600 + minute * 60 + second;
  return true;
}

// Takes ".123" (one to six digits) off the front, or nothing where there is no point.
bool take_fraction(std::string_view& text, std::int64_t& micros) {
  micros = 0;
  if (text.empty() || text.front() != '.') return true;
  std::size_t at = 1;
  std::int64_t unit = base::kSecond;
  for (; at < text.size() && is_digit(text[at]) && at <= 7; ++at) {
    unit /= 10;
    micros += (text[at] - '0') * unit;
  }
  if (at == 1 || at > 7) return false;
  text.remove_prefix(at);
  return true;
}

// HH:MM:SS[.f] off the front.
bool take_time(std::string_view& text, std::int64_t& micros) {
  std::int64_t seconds = 0;
  std::int64_t fraction = 0;
  if (text.size() < kTimeLength || !clock_at(text.data(), seconds)) return false;
  text.remove_prefix(kTimeLength);
  if (!take_fraction(text, fraction)) return false;
  micros = seconds * base::kSecond + fraction;
  return true;
}

// YYYY-MM-DDTHH:MM:SS[.f] off the front.
bool take_timestamp(std::string_view& text, std::int64_t& micros) {
  std::int64_t days = 0;
  std::int64_t time = 0;
  if (text.size() < kDateLength + 1 + kTimeLength || text[kDateLength] != 'T' || !date_at(text.data(), days))
    return false;
  text.remove_prefix(kDateLength + 1);
  if (!take_time(text, time)) return false;
  micros = days * base::kDay + time;
  return true;
}

// "Z" or "+HH:MM" and nothing after it.
bool is_offset(std::string_view text, std::int64_t& east) {
  east = 0;
  if (text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  unsigned hours = two_digits(text.data() + 1);
  unsigned minutes = two_digits(text.data() + 4);
  if (hours > 23 || minutes > 59) return false;
  east = (text[0] == '-' ? -1 : 1) * (hours * base::kHour + minutes * base::kMinute);
  return true;
}

bool equals_word(std::string_view text, std::string_view lower_word) {
  if (text.size() != lower_word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower_word[i]) return false;
  }
  return true;
}

// A JSON number's parts, as far as they decide the fast way to a double.
struct NumberScan {
  std::uint64_t digits = 0;  // of the significand, its point left out
  int significant = 0;       // how many digits that were, leading zeros aside
  std::int64_t scale = 0;    // value = digits * 10^scale
  bool negative = false;
};

// False where the text is no JSON number. `digits` is right only while `significant` is at most 19.
bool scan_number(std::string_view text, NumberScan& scan) {
  const char* p = text.data();
  const char* end = p + text.size();
  auto take_digits = [&] {
    const char* start = p;
    for (; p != end && is_digit(*p); ++p) {
      scan.digits = scan.digits * 10 + static_cast<unsigned>(*p - '0');
      scan.significant += scan.significant > 0 || *p != '0' ? 1 : 0;
    }
    return p - start;
  };
  if (p != end && *p == '-') {
    scan.negative = true;
    ++p;
  }
  const char* start = p;
  auto whole = take_digits();
  if (whole == 0 || (whole > 1 && *start == '0')) return false;
  if (p != end && *p == '.') {
    ++p;
    auto count = take_digits();
    if (count == 0) return false;
    scan.scale = -count;
  }
  if (p != end && (*p | 0x20) == 'e') {
    ++p;
    bool minus = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;
    if (p == end) return false;
    std::int64_t exponent = 0;
    for (; p != end && is_digit(*p); ++p) exponent = std::min<std::int64_t>(exponent * 10 + (*p - '0'), 1 << 20);
    if (!is_digit(p[-1])) return false;
    scan.scale += minus ? -exponent : exponent;
  }
  return p == end;
}

}  // namespace

bool parse_bigint(std::string_view text, std::int64_t& out) {
  bool negative = take_sign(text);
  if (text.empty()) return false;
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  if (text.size() > 19) return false;
  std::uint64_t value = 0;  // nineteen digits fit
  for (char c : text) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0)) return false;
  out = static_cast<std::int64_t>(negative ? 0 - value : value);
  return true;
}

bool parse_integer(std::string_view text, std::int32_t& out) {
  std::int64_t value = 0;
  if (!parse_bigint(text, value) || value != static_cast<std::int32_t>(value)) return false;
  out = static_cast<std::int32_t>(value);
  return true;
}

bool parse_double(std::string_view text, double& out) {
  NumberScan scan;
  if (!scan_number(text, scan)) {
    bool known = text == "NaN" || text == "Infinity" || text == "-Infinity";
    if (!known) return false;
    out = text == "NaN" ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    if (text.front() == '-') out = -out;
    return true;
  }
  // Up to 2^53 and 10^22 both operands are exact, so that one operation rounds once: the nearest double.
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (scan.significant <= 15 && scan.scale >= -22 && scan.scale <= 22) {
    auto value = static_cast<double>(scan.digits);
    value = scan.scale < 0 ? value / kPowers[-scan.scale] : value * kPowers[scan.scale];
    out = scan.negative ? -value : value;
    return true;
  }
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  // Past the range in either direction: an infinity or a zero would be another value.
  return failed == std::errc() && std::abs(out) <= std::numeric_limits<double>::max() &&
         (out != 0 || scan.significant == 0);
}

bool parse_decimal(std::string_view text, int precision, int scale, Int128& out) {
  bool negative = take_sign(text);
  std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view();
  if (whole.empty() || (point < text.size() && fraction.empty())) return false;
  std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
  whole.remove_prefix(zeros);
  if (whole.size() > static_cast<std::size_t>(precision - scale) || fraction.size() > static_cast<std::size_t>(scale)) {
    return false;
  }
  bool small = whole.size() + fraction.size() <= 18;
  std::uint64_t low = 0;  // of small numbers, for which it is faster
  Int128 value = 0;
  for (std::string_view part : {whole, fraction}) {
    for (char c : part) {
      if (!is_digit(c)) return false;
      if (small) {
        low = low * 10 + static_cast<unsigned>(c - '0');
      } else {
        value = value * 10 + (c - '0');
      }
    }
  }
  if (small) value = static_cast<Int128>(low);
  value *= power_of_ten(scale - static_cast<int>(fraction.size()));
  out = negative ? -value : value;
  return true;
}

bool parse_boolean(std::string_view text, bool& out) {
  out = text == "1" || equals_word(text, "true");
  return out || text == "0" || equals_word(text, "false");
}

bool parse_date(std::string_view text, std::int32_t& days) {
  std::int64_t value = 0;
  if (text.size() != kDateLength || !date_at(text.data(), value)) return false;
  days = static_cast<std::int32_t>(value);
  return true;
}

bool parse_time(std::string_view text, std::int64_t& micros) { return take_time(text, micros) && text.empty(); }

bool parse_timestamp(std::string_view text, std::int64_t& micros) {
  return take_timestamp(text, micros) && text.empty();
}

bool parse_timestamptz(std::string_view text, std::int64_t& micros) {
  std::int64_t east = 0;
  if (!take_timestamp(text, micros) || !is_offset(text, east)) return false;
  micros -= east;
  return is_in_years(micros);
}

bool parse_iso_date(std::string_view text, std::int64_t& micros) {
  return text.size() == kDateLength + 1 + kTimeLength + 1 && take_timestamp(text, micros) && text == "Z";
}

bool parse_uuid(std::string_view text, UInt128& out) {
  if (text.size() != 36) return false;
  UInt128 value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
      continue;
    }
    char lower = static_cast<char>(c | 0x20);
    if (!is_digit(c) && (lower < 'a' || lower > 'f')) return false;
    value = value << 4 | static_cast<unsigned>(is_digit(c) ? c - '0' : lower - 'a' + 10);
  }
  out = value;
  return true;
}

bool parse_binary(std::string_view text, std::string& out) {
  auto bytes = base::from_base64(text);
  if (!bytes) return false;
  out = std::move(*bytes);
  return true;
}

TextRule::TextRule(ColumnType type, std::string_view format) : type_(type) {
  if (!format.empty()) {
    format_ = std::make_shared<const StrptimeFormat>(StrptimeFormat::compile(format, type.kind));
  }
}

namespace {

template <typename T>
std::optional<TypedValue> value_by(bool (*parse)(std::string_view, T&), std::string_view text) {
  T value{};
  if (!parse(text, value)) return std::nullopt;
  return TypedValue(std::in_place_type<T>, std::move(value));
}

std::optional<TypedValue> value_by(const StrptimeFormat& format, TypeKind kind, std::string_view text) {
  std::int64_t value = 0;
  if (!format.parse(text, value)) return std::nullopt;
  if (kind == TypeKind::date) return TypedValue(static_cast<std::int32_t>(value));
  return TypedValue(value);
}

std::optional<TypedValue> decimal_value(const ColumnType& type, std::string_view text) {
  Int128 value = 0;
  if (!parse_decimal(text, type.precision, type.scale, value)) return std::nullopt;
  return TypedValue(std::in_place_type<Int128>, value);
}

std::optional<TypedValue> text_value(bool valid, std::string_view text) {
  if (!valid) return std::nullopt;
  return TypedValue(std::string(text));
}

std::string uuid_text(UInt128 value) {
  std::string bytes(16, '\0');
  for (std::size_t i = 16; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  std::string hex = base::to_hex(bytes);
  for (std::size_t at : {20, 16, 12, 8}) hex.insert(at, 1, '-');
  return hex;
}

std::string double_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[32];
  auto [end, failed] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, failed == std::errc() ? end : buffer);
}

std::string literal_text(const ColumnType& type, const TypedValue& value) {
  switch (type.kind) {
    case TypeKind::integer: return std::to_string(std::get<std::int32_t>(value));
    case TypeKind::bigint: return std::to_string(std::get<std::int64_t>(value));
    case TypeKind::double_: return double_text(std::get<double>(value));
    case TypeKind::decimal: return decimal_text(std::get<Int128>(value), type.scale);
    case TypeKind::boolean: return std::get<bool>(value) ? "true" : "false";
    case TypeKind::date: return base::to_rfc3339(std::get<std::int32_t>(value) * base::kDay).substr(0, kDateLength);
    case TypeKind::time: {
      std::string instant = base::to_rfc3339(std::get<std::int64_t>(value));
      return instant.substr(kDateLength + 1, instant.size() - kDateLength - 2);
    }
    case TypeKind::timestamp: {
      std::string instant = base::to_rfc3339(std::get<std::int64_t>(value));
      return instant.substr(0, instant.size() - 1);
    }
    case TypeKind::timestamptz:
    case TypeKind::iso_date: return base::to_rfc3339(std::get<std::int64_t>(value));
    case TypeKind::uuid: return uuid_text(std::get<UInt128>(value));
    case TypeKind::string:
    case TypeKind::json:
    case TypeKind::binary: break;
  }
  return std::get<std::string>(value);
}

}  // namespace

std::string decimal_text(Int128 value, int scale) {
  bool negative = value < 0;
  UInt128 rest = negative ? 0 - static_cast<UInt128>(value) : static_cast<UInt128>(value);
  std::string reversed;
  for (int i = 0; rest != 0 || i <= scale; ++i) {
    if (i == scale && scale > 0) reversed.push_back('.');
    reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  if (negative) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

std::optional<TypedValue> TextRule::parse(std::string_view text) const {
  if (format_) return value_by(*format_, type_.kind, text);
  switch (type_.kind) {
    case TypeKind::integer: return value_by(parse_integer, text);
    case TypeKind::bigint: return value_by(parse_bigint, text);
    case TypeKind::double_: return value_by(parse_double, text);
    case TypeKind::decimal: return decimal_value(type_, text);
    case TypeKind::string: return text_value(base::is_utf8(text), text);
    case TypeKind::boolean: return value_by(parse_boolean, text);
    case TypeKind::date: return value_by(parse_date, text);
    case TypeKind::time: return value_by(parse_time, text);
    case TypeKind::timestamp: return value_by(parse_timestamp, text);
    case TypeKind::timestamptz: return value_by(parse_timestamptz, text);
    case TypeKind::iso_date: return value_by(parse_iso_date, text);
    case TypeKind::uuid: return value_by(parse_uuid, text);
    case TypeKind::binary: return value_by(parse_binary, text);
    case TypeKind::json: return text_value(is_json(text) && base::is_utf8(text), text);
  }
  return std::nullopt;
}

std::string sql_literal(const ColumnType& type, const TypedValue& value) {
  std::string name = type.duckdb_name();
  if (type.kind == TypeKind::binary) return "from_hex('" + base::to_hex(std::get<std::string>(value)) + "')";
  return "CAST(" + base::quote_string(literal_text(type, value)) + " AS " + name + ")";
}

}  // namespace boathouse::batch
