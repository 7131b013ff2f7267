// SPDX-License-Identifier: Apache-2.0
// Partition transforms: their spelling, what they fit, what they yield.

#include "base/encoding.h"
#include "base/error.h"
#include "base/murmur3.h"
#include "base/numbers.h"
#include "base/time.h"
#include "iceberg/bounds.h"
#include "iceberg/partition.h"

namespace boathouse::iceberg {
namespace {

using Kind = Transform::Kind;

constexpr std::pair<Kind, std::string_view> kPlain[] = {{Kind::identity, "identity"}, {Kind::year, "year"},
                                                        {Kind::month, "month"},       {Kind::day, "day"},
                                                        {Kind::hour, "hour"},         {Kind::void_, "void"}};

// The n of "name[n]", at least 1.
std::optional<int> parameter_of(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.ends_with(']')) return std::nullopt;
  text.remove_prefix(name.size());
  if (!text.starts_with('[')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  auto value = base::parse_number<int>(text);
  return value && *value >= 1 ? value : std::nullopt;
}

bool is_timestamp(TypeKind kind) { return kind == TypeKind::timestamp || kind == TypeKind::timestamptz; }

bool fits(const Transform& transform, const Type& source) {
  if (!source.is_primitive()) return false;
  TypeKind kind = source.kind();
  switch (transform.kind) {
    case Kind::identity:
    case Kind::void_: return true;
    case Kind::bucket: return kind != TypeKind::boolean && kind != TypeKind::float32 && kind != TypeKind::float64;
    case Kind::truncate:
      return kind == TypeKind::int32 || kind == TypeKind::int64 || kind == TypeKind::decimal ||
             kind == TypeKind::string || kind == TypeKind::binary;
    case Kind::year:
    case Kind::month:
    case Kind::day: return kind == TypeKind::date || is_timestamp(kind);
    case Kind::hour: return is_timestamp(kind);
    case Kind::unknown: return false;
  }
  return false;
}

template <class T>
T floored(T value, T width) {
  T rest = value % width;
  return value - (rest < 0 ? rest + width : rest);
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) { return floored(value, by) / by; }

// The bytes that Iceberg hashes: integers, dates and times as a long, all else as the single value.
std::string bytes_to_hash(const Type& source, const Value& value) {
  static const Type kLong(TypeKind::int64);
  if (const auto* v = std::get_if<std::int32_t>(&value)) return to_single_value(kLong, std::int64_t{*v});
  if (const auto* v = std::get_if<Date>(&value)) return to_single_value(kLong, std::int64_t{v->days});
  return to_single_value(source, value);
}

Value bucket_of(const Type& source, const Value& value, int count) {
  auto hash = static_cast<std::uint32_t>(base::murmur3(bytes_to_hash(source, value)));
  return static_cast<std::int32_t>((hash & 0x7fffffffU) % static_cast<std::uint32_t>(count));
}

// Truncation goes towards minus infinity; below the type's smallest value it wraps around, as Java's arithmetic does.
template <class T>
Value truncated_integer(T value, T width) {
  using Unsigned = std::make_unsigned_t<T>;
  T rest = value % width;
  if (rest < 0) rest = static_cast<T>(rest + width);
  return static_cast<T>(static_cast<Unsigned>(value) - static_cast<Unsigned>(rest));
}

Value truncate_value(const Value& value, int width) {
  if (const auto* v = std::get_if<std::int32_t>(&value)) return truncated_integer<std::int32_t>(*v, width);
  if (const auto* v = std::get_if<std::int64_t>(&value)) return truncated_integer<std::int64_t>(*v, width);
  if (const auto* v = std::get_if<Decimal>(&value)) {
    return Decimal{floored(v->unscaled, static_cast<Int128>(width)), v->scale};
  }
  if (const auto* v = std::get_if<std::string>(&value)) {
    return std::string(base::prefix_code_points(*v, static_cast<std::size_t>(width)));
  }
  return Bytes{std::get<Bytes>(value).bytes.substr(0, static_cast<std::size_t>(width))};
}

Value time_part(Kind kind, const Value& value) {
  const auto* timestamp = std::get_if<Timestamp>(&value);
  if (kind == Kind::hour) return static_cast<std::int32_t>(floor_divide(timestamp->micros, base::kHour));
  std::int64_t days = timestamp != nullptr ? floor_divide(timestamp->micros, base::kDay) : std::get<Date>(value).days;
  if (kind == Kind::day) return Date{static_cast<std::int32_t>(days)};
  base::CivilDate date = base::civil_from_days(days);
  std::int64_t years = date.year - 1970;
  if (kind == Kind::year) return static_cast<std::int32_t>(years);
  return static_cast<std::int32_t>(years * 12 + static_cast<std::int64_t>(date.month) - 1);
}

}  // namespace

Transform Transform::parse(std::string_view text) {
  for (const auto& [kind, name] : kPlain) {
    if (text == name) return {kind, 0, ""};
  }
  if (auto count = parameter_of(text, "bucket")) return {Kind::bucket, *count, ""};
  if (auto width = parameter_of(text, "truncate")) return {Kind::truncate, *width, ""};
  return {Kind::unknown, 0, std::string(text)};
}

std::string Transform::to_string() const {
  for (const auto& [plain, name] : kPlain) {
    if (plain == kind) return std::string(name);
  }
  if (kind == Kind::bucket) return fmt::format("bucket[{}]", parameter);
  if (kind == Kind::truncate) return fmt::format("truncate[{}]", parameter);
  return spelling;
}

Type result_type(const Transform& transform, const Type& source) {
  if (!fits(transform, source)) {
    throw base::Error(
        base::ErrorKind::invalid_argument,
        "the transform " + transform.to_string() + " does not fit a column of the type " + source.to_string());
  }
  switch (transform.kind) {
    case Kind::bucket:
    case Kind::year:
    case Kind::month:
    case Kind::hour: return Type(TypeKind::int32);
    case Kind::day: return Type(TypeKind::date);
    default: return source;
  }
}

Value apply(const Transform& transform, const Type& source, const Value& value) {
  result_type(transform, source);
  if (is_null(value) || transform.kind == Kind::void_) return {};
  to_single_value(source, value);  // throws unless the value is of the type
  switch (transform.kind) {
    case Kind::identity: return value;
    case Kind::bucket: return bucket_of(source, value, transform.parameter);
    case Kind::truncate: return truncate_value(value, transform.parameter);
    default: return time_part(transform.kind, value);
  }
}

}  // namespace boathouse::iceberg
