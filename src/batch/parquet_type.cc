// SPDX-License-Identifier: Apache-2.0
#include "batch/parquet_type.h"

#include <algorithm>

#include "base/error.h"
#include "batch/parquet_fields.h"
#include "batch/types.h"

namespace boathouse::batch {
namespace {

using namespace parquet;

constexpr std::int32_t kUuidBytes = 16;
// Bytes of a decimal that the engine takes.
constexpr std::int32_t kMostFixedDecimal = 16;
// How many decimal digits a 4- and an 8-byte integer hold.
constexpr std::int32_t kDigits32 = 9;
constexpr std::int32_t kDigits64 = 18;

std::int32_t number(const ThriftStruct& tree, std::int16_t id, std::int32_t otherwise) {
  const auto* value = tree.get<std::int32_t>(id);
  return value == nullptr ? otherwise : *value;
}

// How a column is annotated: not at all, by the old kind, by the new, or by both, which then say the same.
struct Annotation {
  explicit Annotation(const ThriftStruct& element)
      : converted(number(element, element::kConverted, -1)), logical(element.get<ThriftStruct>(element::kLogical)) {}

  bool none() const { return converted < 0 && logical == nullptr; }
  const ThriftStruct* of(std::int16_t kind) const {
    return logical == nullptr ? nullptr : logical->get<ThriftStruct>(kind);
  }
  // Annotated as this one, in the new way or, where that is missing, in the old.
  bool is(std::int16_t kind, std::int32_t old) const {
    return logical == nullptr ? converted == old : of(kind) != nullptr;
  }

  // A signed integer of so many bits.
  bool is_integer(int bits, std::int32_t old) const {
    if (none()) return true;
    if (logical == nullptr) return converted == old;
    const ThriftStruct* integer = of(logical::kInteger);
    if (integer == nullptr) return false;
    const auto* width = integer->get<ThriftByte>(logical::kBits);
    const auto* is_signed = integer->get<bool>(logical::kSigned);
    return width != nullptr && width->value == bits && is_signed != nullptr && *is_signed;
  }

  // A time or timestamp in microseconds; whether it is in UTC.
  std::optional<bool> micros_to_utc(std::int16_t kind) const {
    const ThriftStruct* time = of(kind);
    if (time == nullptr) return std::nullopt;
    const auto* unit = time->get<ThriftStruct>(logical::kUnit);
    const auto* to_utc = time->get<bool>(logical::kToUtc);
    if (unit == nullptr || unit->get<ThriftStruct>(logical::kMicros) == nullptr || to_utc == nullptr)
      return std::nullopt;
    return *to_utc;
  }

  const std::int32_t converted;
  const ThriftStruct* const logical;
};

// "decimal(p,s)" where so many digits fit into the column's form.
std::string decimal(const ThriftStruct& element, const Annotation& annotation, std::int32_t most_digits) {
  std::int32_t precision = number(element, element::kPrecision, 0);
  std::int32_t scale = number(element, element::kScale, 0);
  if (const ThriftStruct* told = annotation.of(logical::kDecimal)) {
    precision = number(*told, logical::kPrecision, 0);
    scale = number(*told, logical::kScale, 0);
  }
  if (precision < 1 || precision > most_digits || scale < 0 || scale > precision) return "";
  return fmt::format("decimal({},{})", precision, scale);
}

std::string fixed(const ThriftStruct& element, const Annotation& annotation) {
  const std::int32_t length = number(element, element::kLength, 0);
  if (annotation.is(logical::kDecimal, kDecimal)) {
    return length >= 1 && length <= kMostFixedDecimal ? decimal(element, annotation, kMaxDecimalPrecision) : "";
  }
  return annotation.of(logical::kUuid) != nullptr && length == kUuidBytes ? "uuid" : "";
}

std::string wide_integer(const ThriftStruct& element, const Annotation& annotation) {
  if (annotation.is_integer(64, kSigned64)) return "long";
  if (annotation.is(logical::kDecimal, kDecimal)) return decimal(element, annotation, kDigits64);
  if (auto to_utc = annotation.micros_to_utc(logical::kTimestamp)) return *to_utc ? "timestamptz" : "timestamp";
  return annotation.micros_to_utc(logical::kTime) == false ? "time" : "";
}

}  // namespace

std::string iceberg_type(const ThriftStruct& element) {
  const std::int32_t repetition = number(element, element::kRepetition, -1);
  if (repetition != kRequired && repetition != kOptional) return "";
  const Annotation annotation(element);
  switch (number(element, element::kType, -1)) {
    case kBoolean: return annotation.none() ? "boolean" : "";
    case kInt32:
      if (annotation.is_integer(32, kSigned32)) return "int";
      if (annotation.is(logical::kDate, kDate)) return "date";
      return annotation.is(logical::kDecimal, kDecimal) ? decimal(element, annotation, kDigits32) : "";
    case kInt64: return wide_integer(element, annotation);
    case kFloat: return annotation.none() ? "float" : "";
    case kDouble: return annotation.none() ? "double" : "";
    case kByteArray:
      if (annotation.none()) return "binary";
      return annotation.is(logical::kString, kUtf8) ? "string" : "";
    case kFixed: return fixed(element, annotation);
    default: return "";
  }
}

std::string stored_value(const ThriftStruct& element, std::string_view single_value) {
  const Annotation annotation(element);
  if (!annotation.is(logical::kDecimal, kDecimal)) return std::string(single_value);
  // Iceberg keeps a decimal big-endian in as few bytes as hold it; here it has the column's width.
  const std::int32_t type = number(element, element::kType, -1);
  std::size_t width = type == kInt32 ? sizeof(std::int32_t) : sizeof(std::int64_t);
  if (type == kFixed)
    width = static_cast<std::size_t>(std::clamp(number(element, element::kLength, 0), 0, kMostFixedDecimal));
  if (single_value.empty() || single_value.size() > width) {
    throw base::Error(base::ErrorKind::invalid_argument, "a decimal does not fit into its column");
  }
  const char sign = (single_value.front() & 0x80) != 0 ? '\xff' : '\0';
  std::string value = std::string(width - single_value.size(), sign).append(single_value);
  if (type != kFixed) std::reverse(value.begin(), value.end());
  return value;
}

}  // namespace boathouse::batch
