// SPDX-License-Identifier: Apache-2.0
// One value of a primitive type: what partition tuples, bounds and predicates are made of. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "iceberg/types.h"

namespace boathouse::iceberg {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

struct Decimal {
  Int128 unscaled = 0;
  int scale = 0;
  bool operator==(const Decimal&) const = default;
};
struct Date {
  std::int32_t days = 0;  // since 1970-01-01
  auto operator<=>(const Date&) const = default;
};
struct Time {
  std::int64_t micros = 0;  // since midnight
  auto operator<=>(const Time&) const = default;
};
struct Timestamp {
  std::int64_t micros = 0;  // since 1970-01-01T00:00:00, in UTC where the type has a zone
  auto operator<=>(const Timestamp&) const = default;
};
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
};
struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};

// std::monostate is null. fixed and binary are Bytes, string is std::string (UTF-8).
using Value = std::variant<std::monostate, bool, std::int32_t, std::int64_t, float, double, Decimal, Date, Time,
                           Timestamp, std::string, Uuid, Bytes>;

// A file's partition: one value for each field of its spec, in the spec's order.
using PartitionTuple = std::vector<Value>;

inline bool is_null(const Value& value) { return value.index() == 0; }

// Orders two values of one type; int32 beside int64, float beside double and decimals of two scales compare by value.
// Null comes first, NaN last. Strings and bytes compare as unsigned bytes. Error{invalid_argument} for unlike types.
std::strong_ordering compare(const Value& a, const Value& b);

// A text that tells any two values of one type apart, for maps over partition tuples.
std::string partition_key(const PartitionTuple& tuple);

// For people and for names of folders: "2024-01-01", "12.50", "null"; bytes as hex.
std::string to_text(const Value& value);

// Reads what to_text() writes and what DuckDB's statistics hold (`2024-01-01 10:00:00+00`, blobs as hex, booleans as 0 and
// 1) as a value of `type`; nullopt when the text is none. "null" is a string where the type is string, nullopt elsewhere.
std::optional<Value> value_from_text(const Type& type, std::string_view text);

}  // namespace boathouse::iceberg
