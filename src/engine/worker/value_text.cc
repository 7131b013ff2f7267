// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/value_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "base/encoding.h"
#include "base/time.h"
#include "batch/types.h"

namespace boathouse::engine {
namespace {

using batch::Int128;
using batch::UInt128;

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

template <class Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  auto end = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
}

void append_unsigned(std::string& out, UInt128 value) {
  char digits[40];
  char* first = digits + sizeof digits;
  do {
    *--first = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  out.append(first, digits + sizeof digits);
}

UInt128 magnitude(Int128 value) { return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value); }

void append_wide(std::string& out, Int128 value) {
  if (value < 0) out += '-';
  append_unsigned(out, magnitude(value));
}

Int128 wide(const duckdb_hugeint& value) {
  return static_cast<Int128>(static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64 | value.lower);
}

UInt128 wide(const duckdb_uhugeint& value) { return static_cast<UInt128>(value.upper) << 64 | value.lower; }

Int128 stored_integer(const VectorView& vector, idx_t row, duckdb_type storage) {
  switch (storage) {
    case DUCKDB_TYPE_SMALLINT: return vector.at<std::int16_t>(row);
    case DUCKDB_TYPE_INTEGER: return vector.at<std::int32_t>(row);
    case DUCKDB_TYPE_BIGINT: return vector.at<std::int64_t>(row);
    default: return wide(vector.at<duckdb_hugeint>(row));
  }
}

void append_decimal(std::string& out, Int128 unscaled, int scale) {
  std::string digits;
  append_unsigned(digits, magnitude(unscaled));
  const auto places = static_cast<std::size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (unscaled < 0) out += '-';
  out.append(digits, 0, digits.size() - places);
  if (places > 0) out.append(".").append(digits, digits.size() - places);
}

template <class Float>
void append_float(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else {
    const std::size_t at = out.size();
    append_number(out, value);
    // A whole number is still seen to be no integer.
    if (out.find_first_of(".e", at) == std::string::npos) out += ".0";
  }
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  if (count < width) out.append(width - count, '0');
  out.append(digits, end);
}

// Years before 1 are counted as ISO 8601 does: 0000 is 1 BC, -0001 is 2 BC.
void append_days(std::string& out, std::int64_t days) {
  const base::CivilDate date = base::civil_from_days(days);
  if (date.year < 0) out += '-';
  append_padded(out, static_cast<std::uint64_t>(std::abs(date.year)), 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

// `nanos` since midnight, which may be 24:00; the fraction in none, three, six or nine digits.
void append_clock(std::string& out, std::int64_t nanos) {
  const auto seconds = static_cast<std::uint64_t>(nanos / kNanosPerSecond);
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  auto fraction = static_cast<std::uint64_t>(nanos % kNanosPerSecond);
  if (fraction == 0) return;
  std::size_t digits = 9;
  for (; fraction % 1000 == 0; fraction /= 1000) digits -= 3;
  out += '.';
  append_padded(out, fraction, digits);
}

// `count` parts of a second, `per_second` of them in each, since 1970.
void append_timestamp(std::string& out, std::int64_t count, std::int64_t per_second) {
  constexpr std::int64_t kInfinity = std::numeric_limits<std::int64_t>::max();
  if (count == kInfinity || count == -kInfinity) {
    out += count < 0 ? "-infinity" : "infinity";
    return;
  }
  const std::int64_t per_day = kSecondsPerDay * per_second;
  std::int64_t days = count / per_day;
  std::int64_t rest = count % per_day;
  if (rest < 0) {
    rest += per_day;
    --days;
  }
  append_days(out, days);
  out += 'T';
  append_clock(out, rest * (kNanosPerSecond / per_second));
}

void append_date(std::string& out, std::int32_t days) {
  constexpr std::int32_t kInfinity = std::numeric_limits<std::int32_t>::max();
  if (days == kInfinity || days == -kInfinity) {
    out += days < 0 ? "-infinity" : "infinity";
  } else {
    append_days(out, days);
  }
}

void append_zoned_timestamp(std::string& out, std::int64_t micros) {
  append_timestamp(out, micros, base::kSecond);
  if (out.back() != 'y') out += 'Z';  // infinity has no zone
}

void append_zoned_time(std::string& out, const duckdb_time_tz& value) {
  const duckdb_time_tz_struct parts = duckdb_from_time_tz(value);
  append_clock(out, duckdb_to_time(parts.time).micros * 1000);
  const auto offset = static_cast<std::uint64_t>(std::abs(parts.offset));
  out += parts.offset < 0 ? '-' : '+';
  append_padded(out, offset / 3600, 2);
  out += ':';
  append_padded(out, offset / 60 % 60, 2);
  if (offset % 60 == 0) return;
  out += ':';
  append_padded(out, offset % 60, 2);
}

// DuckDB keeps a UUID as a number with the first bit flipped, so that it sorts.
void append_uuid(std::string& out, const duckdb_hugeint& value) {
  std::string bytes;
  const std::uint64_t halves[2] = {static_cast<std::uint64_t>(value.upper) ^ (1ULL << 63), value.lower};
  for (std::uint64_t half : halves) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(half >> shift & 0xff);
  }
  std::string hex = base::to_hex(bytes);
  for (std::size_t at : {20, 16, 12, 8}) hex.insert(at, 1, '-');
  out += hex;
}

// The first byte counts the unused bits at the start of the second.
void append_bits(std::string& out, std::string_view stored) {
  const auto unused = static_cast<std::size_t>(static_cast<unsigned char>(stored[0]));
  for (std::size_t bit = unused; bit < (stored.size() - 1) * 8; ++bit) {
    const auto byte = static_cast<unsigned char>(stored[1 + bit / 8]);
    out += (byte >> (7 - bit % 8) & 1) != 0 ? '1' : '0';
  }
}

// Three bytes of header whose first bit is set for positive numbers, then the magnitude, most significant byte first; all
// bits flipped in a negative number. (The C API takes the magnitude in that order too, whatever its header says.)
void append_bignum(std::string& out, std::string_view stored) {
  const bool negative = (static_cast<unsigned char>(stored[0]) & 0x80) == 0;
  std::string magnitude_bytes(stored.substr(3));
  if (negative) {
    for (char& byte : magnitude_bytes) byte = static_cast<char>(~byte);
  }
  Value value(duckdb_create_bignum(
      {reinterpret_cast<std::uint8_t*>(magnitude_bytes.data()), magnitude_bytes.size(), negative}));
  out += take_text(duckdb_get_varchar(value.get()));
}

std::size_t enum_index(const VectorView& vector, idx_t row) {
  switch (vector.type->storage) {
    case DUCKDB_TYPE_UTINYINT: return vector.at<std::uint8_t>(row);
    case DUCKDB_TYPE_USMALLINT: return vector.at<std::uint16_t>(row);
    default: return vector.at<std::uint32_t>(row);
  }
}

}  // namespace

void append_scalar(std::string& out, const VectorView& vector, idx_t row) {
  switch (vector.type->id) {
    case DUCKDB_TYPE_BOOLEAN: out += vector.at<bool>(row) ? "true" : "false"; break;
    case DUCKDB_TYPE_TINYINT: append_number(out, static_cast<int>(vector.at<std::int8_t>(row))); break;
    case DUCKDB_TYPE_SMALLINT: append_number(out, vector.at<std::int16_t>(row)); break;
    case DUCKDB_TYPE_INTEGER: append_number(out, vector.at<std::int32_t>(row)); break;
    case DUCKDB_TYPE_BIGINT: append_number(out, vector.at<std::int64_t>(row)); break;
    case DUCKDB_TYPE_UTINYINT: append_number(out, static_cast<unsigned>(vector.at<std::uint8_t>(row))); break;
    case DUCKDB_TYPE_USMALLINT: append_number(out, vector.at<std::uint16_t>(row)); break;
    case DUCKDB_TYPE_UINTEGER: append_number(out, vector.at<std::uint32_t>(row)); break;
    case DUCKDB_TYPE_UBIGINT: append_number(out, vector.at<std::uint64_t>(row)); break;
    case DUCKDB_TYPE_HUGEINT: append_wide(out, wide(vector.at<duckdb_hugeint>(row))); break;
    case DUCKDB_TYPE_UHUGEINT: append_unsigned(out, wide(vector.at<duckdb_uhugeint>(row))); break;
    case DUCKDB_TYPE_FLOAT: append_float(out, vector.at<float>(row)); break;
    case DUCKDB_TYPE_DOUBLE: append_float(out, vector.at<double>(row)); break;
    case DUCKDB_TYPE_DECIMAL:
      append_decimal(out, stored_integer(vector, row, vector.type->storage), vector.type->scale);
      break;
    case DUCKDB_TYPE_VARCHAR: out += vector.text(row); break;
    case DUCKDB_TYPE_BLOB: out += base::to_base64(vector.text(row)); break;
    case DUCKDB_TYPE_BIT: append_bits(out, vector.text(row)); break;
    case DUCKDB_TYPE_BIGNUM: append_bignum(out, vector.text(row)); break;
    case DUCKDB_TYPE_DATE: append_date(out, vector.at<std::int32_t>(row)); break;
    case DUCKDB_TYPE_TIME: append_clock(out, vector.at<std::int64_t>(row) * 1000); break;
    case DUCKDB_TYPE_TIME_NS: append_clock(out, vector.at<std::int64_t>(row)); break;
    case DUCKDB_TYPE_TIME_TZ: append_zoned_time(out, vector.at<duckdb_time_tz>(row)); break;
    case DUCKDB_TYPE_TIMESTAMP: append_timestamp(out, vector.at<std::int64_t>(row), base::kSecond); break;
    case DUCKDB_TYPE_TIMESTAMP_S: append_timestamp(out, vector.at<std::int64_t>(row), 1); break;
    case DUCKDB_TYPE_TIMESTAMP_MS: append_timestamp(out, vector.at<std::int64_t>(row), 1000); break;
    case DUCKDB_TYPE_TIMESTAMP_NS: append_timestamp(out, vector.at<std::int64_t>(row), kNanosPerSecond); break;
    case DUCKDB_TYPE_TIMESTAMP_TZ: append_zoned_timestamp(out, vector.at<std::int64_t>(row)); break;
    case DUCKDB_TYPE_UUID: append_uuid(out, vector.at<duckdb_hugeint>(row)); break;
    case DUCKDB_TYPE_ENUM: out += vector.type->words.at(enum_index(vector, row)); break;
    case DUCKDB_TYPE_INTERVAL:
      out += take_text(duckdb_get_varchar(Value(duckdb_create_interval(vector.at<duckdb_interval>(row))).get()));
      break;
    default: break;  // SQLNULL has no values, and describe() let no other type pass
  }
}

bool is_bare_json(const VectorView& vector, idx_t row, JsonStyle style) {
  switch (vector.type->id) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER: return true;
    case DUCKDB_TYPE_BIGINT: {
      const std::int64_t value = vector.at<std::int64_t>(row);
      return style != JsonStyle::portable || (value >= -batch::kExactInDouble && value <= batch::kExactInDouble);
    }
    case DUCKDB_TYPE_UBIGINT:
      return style != JsonStyle::portable ||
             vector.at<std::uint64_t>(row) <= static_cast<std::uint64_t>(batch::kExactInDouble);
    case DUCKDB_TYPE_HUGEINT:
      return style == JsonStyle::records ||
             magnitude(wide(vector.at<duckdb_hugeint>(row))) <= static_cast<UInt128>(batch::kExactInDouble);
    case DUCKDB_TYPE_UHUGEINT:
      return style == JsonStyle::records ||
             wide(vector.at<duckdb_uhugeint>(row)) <= static_cast<UInt128>(batch::kExactInDouble);
    case DUCKDB_TYPE_DECIMAL: return style == JsonStyle::records;
    case DUCKDB_TYPE_FLOAT: return std::isfinite(vector.at<float>(row));
    case DUCKDB_TYPE_DOUBLE: return std::isfinite(vector.at<double>(row));
    default: return false;
  }
}

}  // namespace boathouse::engine
