// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace boathouse::base {
namespace {

// Reads exactly `count` digits at `pos` and moves past them.
std::optional<std::int64_t> digits(std::string_view text, std::size_t& pos, std::size_t count) {
  if (pos + count > text.size()) return std::nullopt;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    char c = text[pos + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  pos += count;
  return value;
}

bool take(std::string_view text, std::size_t& pos, char c) {
  if (pos >= text.size() || text[pos] != c) return false;
  ++pos;
  return true;
}

// "Z" or "+hh:mm" at `pos` to the end, as microseconds east of UTC.
std::optional<Micros> offset(std::string_view text, std::size_t pos) {
  if (pos + 1 == text.size() && (text[pos] == 'Z' || text[pos] == 'z')) return 0;
  if (pos >= text.size() || (text[pos] != '+' && text[pos] != '-')) return std::nullopt;
  int sign = text[pos++] == '-' ? -1 : 1;
  auto hours = digits(text, pos, 2);
  if (!hours || *hours > 23 || !take(text, pos, ':')) return std::nullopt;
  auto minutes = digits(text, pos, 2);
  if (!minutes || *minutes > 59 || pos != text.size()) return std::nullopt;
  return sign * (*hours * kHour + *minutes * kMinute);
}

// A number of at most so many digits, with zeros before it.
void put_digits(std::string& text, std::int64_t number, std::size_t count) {
  const std::size_t begin = text.size();
  text.resize(begin + count);
  for (std::size_t i = begin + count; i-- > begin; number /= 10) text[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

Micros now_micros() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

Micros steady_micros() {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  // Counts from 1 March of year 0, so that a leap day is the last day of its year; eras are 400 years of 146,097 days.
  year -= month <= 2;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  auto year_of_era = static_cast<unsigned>(year - era * 400);
  unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719468;
  std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  auto day_of_era = static_cast<unsigned>(days - era * 146097);
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted_month = (5 * day_of_year + 2) / 153;
  unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

bool is_civil_date(std::int64_t year, unsigned month, unsigned day) {
  if (month < 1 || month > 12 || day < 1) return false;
  static constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1U : 0U);
}

std::string to_rfc3339(Micros at) {
  std::int64_t days = at / kDay - (at % kDay < 0 ? 1 : 0);
  Micros rest = at - days * kDay;
  CivilDate date = civil_from_days(days);
  std::string text;
  if (0 <= date.year && date.year <= 9999) {
    put_digits(text, date.year, 4);
  } else {
    text = fmt::format("{:04}", date.year);
  }
  const std::pair<char, std::int64_t> parts[] = {
      {'-', date.month}, {'-', date.day}, {'T', rest / kHour}, {':', rest / kMinute % 60}, {':', rest / kSecond % 60}};
  for (const auto& [before, number] : parts) {
    text.push_back(before);
    put_digits(text, number, 2);
  }
  const Micros fraction = rest % kSecond;
  if (fraction != 0) {
    text.push_back('.');
    const bool whole = fraction % kMillisecond == 0;
    put_digits(text, whole ? fraction / kMillisecond : fraction, whole ? 3 : 6);
  }
  text.push_back('Z');
  return text;
}

std::optional<Micros> parse_rfc3339(std::string_view text) {
  std::size_t pos = 0;
  auto year = digits(text, pos, 4);
  if (!year || !take(text, pos, '-')) return std::nullopt;
  auto month = digits(text, pos, 2);
  if (!month || !take(text, pos, '-')) return std::nullopt;
  auto day = digits(text, pos, 2);
  if (!day || !is_civil_date(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day))) return std::nullopt;
  Micros at = days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)) * kDay;
  if (pos == text.size()) return at;

  if (!take(text, pos, 'T') && !take(text, pos, 't') && !take(text, pos, ' ')) return std::nullopt;
  auto hour = digits(text, pos, 2);
  if (!hour || *hour > 23 || !take(text, pos, ':')) return std::nullopt;
  auto minute = digits(text, pos, 2);
  if (!minute || *minute > 59 || !take(text, pos, ':')) return std::nullopt;
  auto second = digits(text, pos, 2);
  if (!second || *second > 59) return std::nullopt;
  at += *hour * kHour + *minute * kMinute + *second * kSecond;

  if (take(text, pos, '.')) {
    std::size_t start = pos;
    Micros unit = kSecond / 10;
    while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') {
      at += (text[pos++] - '0') * unit;
      unit /= 10;
    }
    if (pos == start || pos - start > 6) return std::nullopt;
  }
  auto east = offset(text, pos);
  if (!east) return std::nullopt;
  return at - *east;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "forever") return Duration{.micros = 0, .forever = true};
  std::int64_t count = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc() || count < 0) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  Micros scale = unit == "us"   ? 1
                 : unit == "ms" ? kMillisecond
                 : unit == "s"  ? kSecond
                 : unit == "m"  ? kMinute
                 : unit == "h"  ? kHour
                 : unit == "d"  ? kDay
                                : 0;
  Micros micros = 0;
  if (scale == 0 || __builtin_mul_overflow(count, scale, &micros)) return std::nullopt;
  return Duration{.micros = micros};
}

std::string to_text(const Duration& duration) {
  if (duration.forever) return "forever";
  static constexpr std::pair<Micros, const char*> kUnits[] = {{kDay, "d"},    {kHour, "h"},         {kMinute, "m"},
                                                              {kSecond, "s"}, {kMillisecond, "ms"}, {1, "us"}};
  for (auto [scale, unit] : kUnits) {
    if (duration.micros != 0 && duration.micros % scale == 0) return std::to_string(duration.micros / scale) + unit;
  }
  return "0s";
}

}  // namespace boathouse::base
