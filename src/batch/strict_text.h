// SPDX-License-Identifier: Apache-2.0
// Text to typed values, exactly: nothing is rounded, trimmed or guessed, so that what a table holds is what was sent.
// All functions are pure and may be called from any thread with any bytes; a false or empty result means "not of this
// type".
//
//   INTEGER, BIGINT  [+-]?[0-9]+ in range (leading zeros are digits like others)
//   DOUBLE           a JSON number within the range of a double, or NaN, Infinity, -Infinity
//   DECIMAL(p,s)     [+-]?[0-9]+(\.[0-9]+)? with at most s digits after the point and p-s significant ones before it
//   BOOLEAN          true, false, 1, 0; letters in any case
//   DATE             YYYY-MM-DD, years 0001 to 9999, days that exist
//   TIME             HH:MM:SS[.f], one to six fractional digits
//   TIMESTAMP        <DATE>T<TIME>
//   TIMESTAMPTZ      <DATE>T<TIME> and Z or [+-]HH:MM, its instant within the years 0001 to 9999 of UTC
//   ISO_DATE         YYYY-MM-DDTHH:MM:SSZ
//   UUID             8-4-4-4-12 hexadecimal digits in any case
//   BINARY           base64 (RFC 4648), padded, no blanks
//   JSON             one JSON value
//   STRING           any valid UTF-8
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "batch/strptime.h"
#include "batch/types.h"

namespace boathouse::batch {

bool parse_integer(std::string_view text, std::int32_t& out);
bool parse_bigint(std::string_view text, std::int64_t& out);
bool parse_double(std::string_view text, double& out);
// `out` is the unscaled value: 1.50 as DECIMAL(6,3) is 1500.
bool parse_decimal(std::string_view text, int precision, int scale, Int128& out);
bool parse_boolean(std::string_view text, bool& out);
bool parse_date(std::string_view text, std::int32_t& days);
bool parse_time(std::string_view text, std::int64_t& micros);
bool parse_timestamp(std::string_view text, std::int64_t& micros);
bool parse_timestamptz(std::string_view text, std::int64_t& micros);
bool parse_iso_date(std::string_view text, std::int64_t& micros);
// `out` holds the 16 bytes as one big-endian number.
bool parse_uuid(std::string_view text, UInt128& out);
bool parse_binary(std::string_view text, std::string& out);

// A value in the form in which its column keeps it: int32 for INTEGER and DATE (days), int64 for BIGINT, TIME and the
// timestamps (microseconds), Int128 for DECIMAL (unscaled), UInt128 for UUID, string for STRING, JSON (its text) and
// BINARY (its bytes).
using TypedValue = std::variant<bool, std::int32_t, std::int64_t, double, Int128, UInt128, std::string>;

// How one column reads its cells: its type and, for dates, the contract's `format`. Copies share the compiled format.
class TextRule {
 public:
  // Throws Error{invalid_argument} when the type takes no format or the format does not suit it (see strptime.h).
  explicit TextRule(ColumnType type, std::string_view format = {});

  const ColumnType& type() const { return type_; }
  // Null when the type's own form is the rule.
  const StrptimeFormat* format() const { return format_.get(); }
  // For contracts (`min`, `max`, `values`, `default`) and single values; the row readers use the functions above.
  std::optional<TypedValue> parse(std::string_view text) const;

 private:
  ColumnType type_;
  std::shared_ptr<const StrptimeFormat> format_;
};

// The digits of an unscaled decimal: 150 with scale 2 is "1.50".
std::string decimal_text(Int128 unscaled, int scale);

// An SQL literal of the column's DuckDB type that is exactly this value.
std::string sql_literal(const ColumnType& type, const TypedValue& value);

}  // namespace boathouse::batch
