// SPDX-License-Identifier: Apache-2.0
// The types that a contract's columns may have, as values: what contracts write, what inference finds, what the engine
// stores. Plain values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boathouse::batch {

// DECIMAL values by their unscaled integer and UUIDs by their 16 bytes need 128 bits.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

enum class TypeKind : std::uint8_t {
  integer,  // 32 bit
  bigint,   // 64 bit
  double_,  // IEEE 754 binary64
  decimal,  // precision and scale, at most 38 digits
  string,   // UTF-8
  boolean,
  date,
  time,         // microseconds of a day, no zone
  timestamp,    // microseconds, no zone
  timestamptz,  // microseconds, an instant
  iso_date,     // an instant, written `%Y-%m-%dT%H:%M:%SZ` unless the contract's `format` says otherwise
  uuid,
  binary,  // base64 in text
  json,    // any JSON value, kept as its text
};

inline constexpr int kMaxDecimalPrecision = 38;
// Each whole number from its negative to it is a DOUBLE of its own.
inline constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

struct ColumnType {
  TypeKind kind = TypeKind::string;
  std::uint8_t precision = 0;  // DECIMAL only
  std::uint8_t scale = 0;      // DECIMAL only

  // Reads a contract's word: "INTEGER", "DECIMAL(10,2)" (blanks after '(' and around ',' are allowed), upper case.
  // Throws Error{invalid_argument} that lists the types.
  static ColumnType parse(std::string_view text);
  static ColumnType decimal(int precision, int scale) {
    return {TypeKind::decimal, static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale)};
  }

  // The contract's word again: parse(to_text()) is the same type.
  std::string to_text() const;
  // How DuckDB names the type that holds the column: ISO_DATE is TIMESTAMPTZ, BINARY is BLOB, STRING and JSON are
  // VARCHAR.
  std::string duckdb_name() const;

  bool is_number() const;
  bool operator==(const ColumnType&) const = default;
};

// "an INTEGER", "a DECIMAL(10,2)": for messages.
std::string with_article(const ColumnType& type);

}  // namespace boathouse::batch
