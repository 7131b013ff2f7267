// SPDX-License-Identifier: Apache-2.0
// Times are microseconds since 1970-01-01T00:00:00Z, in UTC, everywhere inside. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boathouse::base {

using Micros = std::int64_t;

inline constexpr Micros kMillisecond = 1000;
inline constexpr Micros kSecond = 1000 * kMillisecond;
inline constexpr Micros kMinute = 60 * kSecond;
inline constexpr Micros kHour = 60 * kMinute;
inline constexpr Micros kDay = 24 * kHour;

// The wall clock.
Micros now_micros();
// A clock that never runs backwards, for durations.
Micros steady_micros();

// "2024-06-01T12:30:00Z", with as many of six fractional digits as are needed (none, three or six).
std::string to_rfc3339(Micros at);
// RFC 3339 with `Z` or an offset, up to six fractional digits; nullopt for anything else. A bare date is midnight UTC.
std::optional<Micros> parse_rfc3339(std::string_view text);

// A civil date as days since 1970-01-01 (proleptic Gregorian), and back.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day);
struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};
CivilDate civil_from_days(std::int64_t days);
bool is_civil_date(std::int64_t year, unsigned month, unsigned day);

// A duration as settings write it: "500ms", "30s", "5m", "1h", "30d", and "forever" as nullopt inside the optional.
// Returns nullopt (outer) when the text is no duration.
struct Duration {
  Micros micros = 0;
  bool forever = false;
  bool operator==(const Duration&) const = default;
};
std::optional<Duration> parse_duration(std::string_view text);
// The same in its largest whole unit: "90s", "1h", "forever".
std::string to_text(const Duration& duration);

}  // namespace boathouse::base
