// SPDX-License-Identifier: Apache-2.0
// A contract's `format` for dates, read strictly: every character of the text must be what the format says, numbers
// have exactly their full width (zero padded) unless the directive is written with '-', and the date must exist.
//
//   %Y four digits   %y two digits (69-99: 19xx, 00-68: 20xx)   %m %d %H %M %S two digits   %j three, day of year
//   %I hour 01-12 with %p AM or PM (any case)   %f one to six fractional digits   %b %B English month names (any case)
//   %a %A English weekday names, which must be the date's   %z Z, +HHMM or +HH:MM   %F = %Y-%m-%d   %T = %H:%M:%S
//   %R = %H:%M   %% a percent sign   %-d %-m %-H %-I %-M %-S %-j without padding
//
// A compiled format never changes: any thread may use it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/types.h"

namespace boathouse::batch {

class StrptimeFormat {
 public:
  // Throws Error{invalid_argument} for an unknown directive, one given twice, and a format that does not suit the type:
  // DATE takes a whole date and no time, TIME a time and no date, TIMESTAMP a whole date and no %z, TIMESTAMPTZ and
  // ISO_DATE a whole date (without %z the text is UTC). Other types take no format.
  static StrptimeFormat compile(std::string_view format, TypeKind kind);

  // DATE: days since 1970-01-01. TIME: microseconds of the day. Others: microseconds since 1970-01-01 (UTC if zoned).
  bool parse(std::string_view text, std::int64_t& out) const;

  const std::string& text() const { return text_; }

 private:
  struct Item {
    char directive = 0;  // 0: the literal byte
    char literal = 0;
    bool unpadded = false;
  };
  StrptimeFormat() = default;

  std::string text_;
  std::vector<Item> items_;
  TypeKind kind_ = TypeKind::date;
};

}  // namespace boathouse::batch
