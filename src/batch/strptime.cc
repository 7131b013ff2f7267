// SPDX-License-Identifier: Apache-2.0
#include "batch/strptime.h"

#include <array>

#include "base/error.h"
#include "base/time.h"
#include "batch/digits.h"

namespace boathouse::batch {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};

constexpr std::string_view kNumeric = "YymdjHIMS";
constexpr std::string_view kCanBeUnpadded = "mdjHIMS";
constexpr std::string_view kKnown = "YymdjbBaAHIMSpfz";

// What a directive says, so that nothing is said twice: %m and %b both are the month.
char meaning(char directive) {
  switch (directive) {
    case 'y': return 'Y';
    case 'b':
    case 'B': return 'm';
    case 'A': return 'a';
    case 'I': return 'H';
    default: return directive;
  }
}

int width(char directive) { return directive == 'Y' ? 4 : directive == 'j' ? 3 : 2; }

// The parts of a moment as they are found.
struct Parts {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned day_of_year = 0;  // 0: month and day count
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::int64_t micros = 0;
  std::int64_t east = 0;
  int weekday = -1;
  bool twelve_hours = false;
  bool afternoon = false;
};

bool take_digits(std::string_view& text, int least, int most, unsigned& out) {
  out = 0;
  int count = 0;
  while (count < most && !text.empty() && is_digit(text.front())) {
    out = out * 10 + static_cast<unsigned>(text.front() - '0');
    text.remove_prefix(1);
    ++count;
  }
  return count >= least;
}

bool take_word(std::string_view& text, std::string_view lower_word) {
  if (text.size() < lower_word.size()) return false;
  for (std::size_t i = 0; i < lower_word.size(); ++i) {
    if ((text[i] | 0x20) != lower_word[i]) return false;
  }
  text.remove_prefix(lower_word.size());
  return true;
}

// The place of the name at the front in the list, or -1. Short names are the first three letters.
template <std::size_t N>
int take_name(std::string_view& text, const std::array<std::string_view, N>& names, bool whole) {
  for (std::size_t i = 0; i < N; ++i) {
    if (take_word(text, whole ? names[i] : names[i].substr(0, 3))) return static_cast<int>(i);
  }
  return -1;
}

bool take_fraction(std::string_view& text, std::int64_t& micros) {
  std::int64_t unit = base::kSecond;
  int count = 0;
  for (; count < 6 && !text.empty() && is_digit(text.front()); ++count) {
    unit /= 10;
    micros += (text.front() - '0') * unit;
    text.remove_prefix(1);
  }
  return count > 0;
}

bool take_offset(std::string_view& text, std::int64_t& east) {
  if (text.empty()) return false;
  char sign = text.front();
  text.remove_prefix(1);
  if (sign == 'Z') return true;
  unsigned hours = 0;
  unsigned minutes = 0;
  if ((sign != '+' && sign != '-') || !take_digits(text, 2, 2, hours)) return false;
  if (!text.empty() && text.front() == ':') text.remove_prefix(1);
  if (!take_digits(text, 2, 2, minutes) || hours > 23 || minutes > 59) return false;
  east = (sign == '-' ? -1 : 1) * (hours * base::kHour + minutes * base::kMinute);
  return true;
}

void store_number(char directive, unsigned number, Parts& parts) {
  switch (directive) {
    case 'Y': parts.year = number; break;
    case 'y': parts.year = number + (number < 69 ? 2000 : 1900); break;
    case 'm': parts.month = number; break;
    case 'd': parts.day = number; break;
    case 'j': parts.day_of_year = number == 0 ? 367 : number; break;
    case 'M': parts.minute = number; break;
    case 'S': parts.second = number; break;
    default: parts.hour = number; parts.twelve_hours = directive == 'I';
  }
}

bool take_directive(char directive, bool unpadded, std::string_view& text, Parts& parts) {
  if (kNumeric.find(directive) != std::string_view::npos) {
    unsigned number = 0;
    if (!take_digits(text, unpadded ? 1 : width(directive), width(directive), number)) return false;
    store_number(directive, number, parts);
    return true;
  }
  switch (directive) {
    case 'b':
    case 'B': {
      int month = take_name(text, kMonths, directive == 'B');
      parts.month = static_cast<unsigned>(month + 1);
      return month >= 0;
    }
    case 'a':
    case 'A': parts.weekday = take_name(text, kWeekdays, directive == 'A'); return parts.weekday >= 0;
    case 'p': parts.afternoon = take_word(text, "pm"); return parts.afternoon || take_word(text, "am");
    case 'f': return take_fraction(text, parts.micros);
    default: return take_offset(text, parts.east);
  }
}

bool day_number(const Parts& parts, std::int64_t& days) {
  if (parts.year < 1 || parts.year > 9999) return false;
  if (parts.day_of_year != 0) {
    days = base::days_from_civil(parts.year, 1, 1) + parts.day_of_year - 1;
    if (days >= base::days_from_civil(parts.year + 1, 1, 1)) return false;
  } else {
    if (!base::is_civil_date(parts.year, parts.month, parts.day)) return false;
    days = base::days_from_civil(parts.year, parts.month, parts.day);
  }
  // 1970-01-01 was a Thursday; the sum is kept positive.
  return parts.weekday < 0 || (days + 4 + 7 * 200000) % 7 == parts.weekday;
}

bool time_of_day(const Parts& parts, std::int64_t& micros) {
  unsigned hour = parts.hour;
  if (parts.twelve_hours) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (parts.afternoon ? 12 : 0);
  }
  if (hour > 23 || parts.minute > 59 || parts.second > 59) return false;
  micros = hour * base::kHour + parts.minute * base::kMinute + parts.second * base::kSecond + parts.micros;
  return true;
}

[[noreturn]] void refuse(std::string_view format, std::string why) {
  throw Error(ErrorKind::invalid_argument, "the format \"" + std::string(format) + "\" " + std::move(why));
}

std::string expanded(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    std::string_view pair = format.substr(i, 2);
    if (pair == "%F") {
      out += "%Y-%m-%d";
    } else if (pair == "%T") {
      out += "%H:%M:%S";
    } else if (pair == "%R") {
      out += "%H:%M";
    } else {
      out += pair.front() == '%' ? pair : pair.substr(0, 1);
      if (pair.front() != '%') continue;
    }
    ++i;
  }
  return out;
}

void check_suits(std::string_view format, TypeKind kind, const std::string& meanings) {
  auto has = [&](char m) { return meanings.find(m) != std::string::npos; };
  bool date_parts = has('Y') || has('m') || has('d') || has('j') || has('a');
  bool time_parts = has('H') || has('M') || has('S') || has('f') || has('p');
  if (kind == TypeKind::time) {
    if (date_parts || has('z') || !has('H'))
      refuse(format, "does not suit TIME: it takes %H or %I, %M, %S, %f and no date");
  } else {
    bool whole_date = has('Y') && (has('j') ? !has('m') && !has('d') : has('m') && has('d'));
    if (!whole_date) refuse(format, "does not tell the whole date: it needs year, month and day, or year and %j");
    if (kind == TypeKind::date && (time_parts || has('z'))) refuse(format, "does not suit DATE: it has a time of day");
    if (kind == TypeKind::timestamp && has('z'))
      refuse(format, "does not suit TIMESTAMP, which has no zone; use TIMESTAMPTZ");
  }
  if (time_parts && !has('H')) refuse(format, "has minutes or seconds without an hour");
}

}  // namespace

StrptimeFormat StrptimeFormat::compile(std::string_view format, TypeKind kind) {
  if (kind != TypeKind::date && kind != TypeKind::time && kind != TypeKind::timestamp &&
      kind != TypeKind::timestamptz && kind != TypeKind::iso_date) {
    throw Error(ErrorKind::invalid_argument, "is for DATE, TIME, TIMESTAMP, TIMESTAMPTZ and ISO_DATE columns only");
  }
  StrptimeFormat out;
  out.text_ = format;
  out.kind_ = kind;
  std::string meanings;
  std::string long_form = expanded(format);
  bool twelve = false;
  for (std::size_t i = 0; i < long_form.size(); ++i) {
    if (long_form[i] != '%') {
      out.items_.push_back({.literal = long_form[i]});
      continue;
    }
    bool unpadded = i + 1 < long_form.size() && long_form[i + 1] == '-';
    i += unpadded ? 2 : 1;
    char directive = i < long_form.size() ? long_form[i] : '\0';
    if (directive == '%' && !unpadded) {
      out.items_.push_back({.literal = '%'});
      continue;
    }
    bool known = directive != '\0' && (unpadded ? kCanBeUnpadded : kKnown).find(directive) != std::string_view::npos;
    if (!known) refuse(format, "has an unknown directive at character " + std::to_string(i));
    if (meanings.find(meaning(directive)) != std::string::npos) {
      refuse(format, std::string("says twice what %") + directive + " says");
    }
    meanings.push_back(meaning(directive));
    twelve = twelve || directive == 'I';
    out.items_.push_back({.directive = directive, .unpadded = unpadded});
  }
  if (twelve != (meanings.find('p') != std::string::npos)) refuse(format, "must use %I and %p together");
  check_suits(format, kind, meanings);
  return out;
}

bool StrptimeFormat::parse(std::string_view text, std::int64_t& out) const {
  Parts parts;
  for (const Item& item : items_) {
    if (item.directive != 0) {
      if (!take_directive(item.directive, item.unpadded, text, parts)) return false;
    } else {
      if (text.empty() || text.front() != item.literal) return false;
      text.remove_prefix(1);
    }
  }
  std::int64_t days = 0;
  std::int64_t micros = 0;
  if (!text.empty() || !time_of_day(parts, micros)) return false;
  if (kind_ != TypeKind::time && !day_number(parts, days)) return false;
  out = kind_ == TypeKind::date ? days : days * base::kDay + micros - parts.east;
  return kind_ == TypeKind::date || kind_ == TypeKind::time || is_in_years(out);
}

}  // namespace boathouse::batch
