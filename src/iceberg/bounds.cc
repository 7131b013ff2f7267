// SPDX-License-Identifier: Apache-2.0
#include "iceberg/bounds.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::iceberg {
static_assert(std::endian::native == std::endian::little, "single values are little-endian");

namespace {

template <class T>
std::string raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
std::optional<T> unraw(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Two's complement, big-endian, as few bytes as hold it.
std::string minimal_bytes(Int128 value) {
  std::string out;
  for (int i = 15; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  std::size_t skip = 0;
  while (skip < 15) {
    bool next_negative = (out[skip + 1] & 0x80) != 0;
    if (!(out[skip] == '\0' && !next_negative) && !(out[skip] == '\xff' && next_negative)) break;
    ++skip;
  }
  return out.substr(skip);
}

std::optional<Int128> from_minimal_bytes(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > 16) return std::nullopt;
  Int128 value = (bytes[0] & 0x80) != 0 ? -1 : 0;
  for (char c : bytes) {
    value = static_cast<Int128>(static_cast<UInt128>(value) << 8 | static_cast<std::uint8_t>(c));
  }
  return value;
}

template <class T, class Wide>
std::optional<Value> widened(std::string_view bytes) {
  if (auto wide = unraw<Wide>(bytes)) return Value(*wide);
  if (auto narrow = unraw<T>(bytes)) return Value(static_cast<Wide>(*narrow));
  return std::nullopt;
}

template <class Strong, class T>
std::optional<Value> strong(std::string_view bytes) {
  auto value = unraw<T>(bytes);
  return value ? std::optional<Value>(Strong{*value}) : std::nullopt;
}

bool is_nan(const Value& value) {
  if (const auto* v = std::get_if<float>(&value)) return std::isnan(*v);
  if (const auto* v = std::get_if<double>(&value)) return std::isnan(*v);
  return false;
}

// The next code point that may stand in UTF-8, or nullopt past the last.
std::optional<std::uint32_t> next_code_point(std::uint32_t point) {
  if (point == 0x10ffff) return std::nullopt;
  return point + 1 == 0xd800 ? 0xe000 : point + 1;
}

std::uint32_t decode_point(std::string_view bytes) {
  auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])); };
  switch (bytes.size()) {
    case 1: return at(0);
    case 2: return (at(0) & 0x1f) << 6 | (at(1) & 0x3f);
    case 3: return (at(0) & 0x0f) << 12 | (at(1) & 0x3f) << 6 | (at(2) & 0x3f);
    default: return (at(0) & 0x07) << 18 | (at(1) & 0x3f) << 12 | (at(2) & 0x3f) << 6 | (at(3) & 0x3f);
  }
}

std::string encode_point(std::uint32_t point) {
  auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
  if (point < 0x10000) return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
  return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)), byte(0x80 | (point >> 6 & 0x3f)),
          byte(0x80 | (point & 0x3f))};
}

// Drops trailing code points that cannot be incremented and increments the last that can.
std::optional<Value> next_string(std::string_view text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while ((text[start] & 0xc0) == 0x80) --start;
    if (auto next = next_code_point(decode_point(text.substr(start)))) {
      return Value(std::string(text.substr(0, start)) + encode_point(*next));
    }
    text = text.substr(0, start);
  }
  return std::nullopt;
}

std::optional<Value> next_bytes(std::string bytes) {
  while (!bytes.empty() && bytes.back() == '\xff') bytes.pop_back();
  if (bytes.empty()) return std::nullopt;
  ++bytes.back();
  return Value(Bytes{std::move(bytes)});
}

// Both zeros are equal to engines, but not to every reader of bounds: a lower zero is -0.0, an upper one 0.0.
Value with_zero(Value value, double zero) {
  if (auto* v = std::get_if<float>(&value); v != nullptr && *v == 0) *v = static_cast<float>(zero);
  if (auto* v = std::get_if<double>(&value); v != nullptr && *v == 0) *v = zero;
  return value;
}

std::optional<std::string> bound_from_text(const Type& type, const std::optional<std::string>& text, bool upper) {
  if (!text) return std::nullopt;
  std::optional<Value> value = value_from_text(type, *text);
  if (!value) return std::nullopt;
  value = upper ? truncate_upper(*value) : truncate_lower(*value);
  if (!value) return std::nullopt;
  return to_single_value(type, with_zero(*value, upper ? 0.0 : -0.0));
}

[[noreturn]] void misfit(const Type& type) {
  throw base::Error(base::ErrorKind::invalid_argument, "a value is not of the type " + type.to_string());
}

template <class T>
const T& as(const Type& type, const Value& value) {
  const T* found = std::get_if<T>(&value);
  if (found == nullptr) misfit(type);
  return *found;
}

}  // namespace

std::string to_single_value(const Type& type, const Value& value) {
  switch (type.kind()) {
    case TypeKind::boolean: return raw(static_cast<char>(as<bool>(type, value) ? 1 : 0));
    case TypeKind::int32: return raw(as<std::int32_t>(type, value));
    case TypeKind::int64: {
      const auto* narrow = std::get_if<std::int32_t>(&value);
      return raw(narrow != nullptr ? std::int64_t{*narrow} : as<std::int64_t>(type, value));
    }
    case TypeKind::float32: return raw(as<float>(type, value));
    case TypeKind::float64: {
      const auto* narrow = std::get_if<float>(&value);
      return raw(narrow != nullptr ? static_cast<double>(*narrow) : as<double>(type, value));
    }
    case TypeKind::decimal: {
      const Decimal& decimal = as<Decimal>(type, value);
      if (decimal.scale != type.scale()) misfit(type);
      return minimal_bytes(decimal.unscaled);
    }
    case TypeKind::date: return raw(as<Date>(type, value).days);
    case TypeKind::time: return raw(as<Time>(type, value).micros);
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return raw(as<Timestamp>(type, value).micros);
    case TypeKind::string: return as<std::string>(type, value);
    case TypeKind::uuid: {
      const Uuid& uuid = as<Uuid>(type, value);
      return std::string(uuid.bytes.begin(), uuid.bytes.end());
    }
    case TypeKind::fixed:
    case TypeKind::binary: return as<Bytes>(type, value).bytes;
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: break;
  }
  misfit(type);
}

std::optional<Value> from_single_value(const Type& type, std::string_view bytes) {
  switch (type.kind()) {
    case TypeKind::boolean:
      if (bytes.size() != 1) return std::nullopt;
      return Value(bytes[0] != 0);
    case TypeKind::int32: return strong<std::int32_t, std::int32_t>(bytes);
    case TypeKind::int64: return widened<std::int32_t, std::int64_t>(bytes);
    case TypeKind::float32: return strong<float, float>(bytes);
    case TypeKind::float64: return widened<float, double>(bytes);
    case TypeKind::decimal: {
      auto unscaled = from_minimal_bytes(bytes);
      return unscaled ? std::optional<Value>(Decimal{*unscaled, type.scale()}) : std::nullopt;
    }
    case TypeKind::date: return strong<Date, std::int32_t>(bytes);
    case TypeKind::time: return strong<Time, std::int64_t>(bytes);
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return strong<Timestamp, std::int64_t>(bytes);
    case TypeKind::string: return Value(std::string(bytes));
    case TypeKind::uuid: {
      Uuid uuid;
      if (bytes.size() != uuid.bytes.size()) return std::nullopt;
      std::copy(bytes.begin(), bytes.end(), uuid.bytes.begin());
      return Value(uuid);
    }
    case TypeKind::fixed:
    case TypeKind::binary: return Value(Bytes{std::string(bytes)});
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Value> truncate_lower(const Value& value) {
  if (is_nan(value)) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value)) {
    return Value(std::string(base::prefix_code_points(*text, kBoundLength)));
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) return Value(Bytes{bytes->bytes.substr(0, kBoundLength)});
  return value;
}

std::optional<Value> truncate_upper(const Value& value) {
  if (is_nan(value)) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value)) {
    std::string_view prefix = base::prefix_code_points(*text, kBoundLength);
    return prefix.size() == text->size() ? std::optional(value) : next_string(prefix);
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    if (bytes->bytes.size() <= kBoundLength) return value;
    return next_bytes(bytes->bytes.substr(0, kBoundLength));
  }
  return value;
}

std::optional<std::string> lower_bound_from_text(const Type& type, const std::optional<std::string>& text) {
  return bound_from_text(type, text, false);
}

std::optional<std::string> upper_bound_from_text(const Type& type, const std::optional<std::string>& text) {
  return bound_from_text(type, text, true);
}

}  // namespace boathouse::iceberg
