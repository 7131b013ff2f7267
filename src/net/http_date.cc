// SPDX-License-Identifier: Apache-2.0
#include "net/http_date.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/numbers.h"

namespace boathouse::net {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes a date apart from its left; what does not fit makes the whole of it nothing.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  void skip(std::string_view literal) {
    if (rest_.starts_with(literal)) {
      rest_.remove_prefix(literal.size());
    } else {
      good_ = false;
    }
  }
  // A two-digit day may have a space for its first digit in the oldest form.
  std::int64_t number(std::size_t digits, bool padded = false) {
    std::string_view text = rest_.substr(0, digits);
    rest_.remove_prefix(text.size());
    if (padded && text.starts_with(' ')) text.remove_prefix(1);
    auto value = base::parse_number<std::int64_t>(text);
    good_ = good_ && value && text.front() != '-';
    return value.value_or(0);
  }
  unsigned month() {
    auto found = std::find(kMonths.begin(), kMonths.end(), rest_.substr(0, 3));
    good_ = good_ && found != kMonths.end();
    rest_.remove_prefix(std::min<std::size_t>(3, rest_.size()));
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }
  base::Micros time_of_day() {
    std::int64_t hour = number(2);
    skip(":");
    std::int64_t minute = number(2);
    skip(":");
    std::int64_t second = number(2);
    good_ = good_ && hour < 24 && minute < 60 && second <= 60;
    return hour * base::kHour + minute * base::kMinute + second * base::kSecond;
  }

  std::optional<base::Micros> at(std::int64_t year, unsigned month, std::int64_t day, base::Micros time) const {
    if (!good_ || !rest_.empty() || !base::is_civil_date(year, month, static_cast<unsigned>(day))) return std::nullopt;
    return base::days_from_civil(year, month, static_cast<unsigned>(day)) * base::kDay + time;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<base::Micros> parse_fixdate(std::string_view text) {
  Parts parts(text);
  std::int64_t day = parts.number(2);
  parts.skip(" ");
  unsigned month = parts.month();
  parts.skip(" ");
  std::int64_t year = parts.number(4);
  parts.skip(" ");
  base::Micros time = parts.time_of_day();
  parts.skip(" GMT");
  return parts.at(year, month, day, time);
}

// Years of two digits are those of the hundred years that end fifty years from now.
std::optional<base::Micros> parse_rfc850(std::string_view text) {
  Parts parts(text);
  std::int64_t day = parts.number(2);
  parts.skip("-");
  unsigned month = parts.month();
  parts.skip("-");
  std::int64_t this_year = base::civil_from_days(base::now_micros() / base::kDay).year;
  std::int64_t year = this_year / 100 * 100 + parts.number(2);
  if (year > this_year + 50) year -= 100;
  parts.skip(" ");
  base::Micros time = parts.time_of_day();
  parts.skip(" GMT");
  return parts.at(year, month, day, time);
}

std::optional<base::Micros> parse_asctime(std::string_view text) {
  Parts parts(text);
  unsigned month = parts.month();
  parts.skip(" ");
  std::int64_t day = parts.number(2, true);
  parts.skip(" ");
  base::Micros time = parts.time_of_day();
  parts.skip(" ");
  return parts.at(parts.number(4), month, day, time);
}

}  // namespace

std::string to_http_date(base::Micros at) {
  std::time_t seconds = at / base::kSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::optional<base::Micros> parse_http_date(std::string_view text) {
  if (std::size_t comma = text.find(", "); comma != std::string_view::npos) {
    std::string_view rest = text.substr(comma + 2);
    return rest.find('-') == std::string_view::npos ? parse_fixdate(rest) : parse_rfc850(rest);
  }
  std::size_t space = text.find(' ');
  return space == std::string_view::npos ? std::nullopt : parse_asctime(text.substr(space + 1));
}

}  // namespace boathouse::net
