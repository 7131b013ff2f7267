// SPDX-License-Identifier: Apache-2.0
#include "iceberg/value.h"

#include <cmath>

#include "base/error.h"

namespace boathouse::iceberg {
namespace {

std::strong_ordering order(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) <=> static_cast<int>(std::isnan(b));
  return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::strong_ordering order(Int128 a, Int128 b) {
  return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

// A product that does not fit is larger than any decimal, with the sign of `value`.
Int128 scaled_up(Int128 value, int digits) {
  constexpr Int128 kMost = static_cast<Int128>(~UInt128{0} >> 1);
  for (; digits > 0; --digits) {
    if (value > kMost / 10) return kMost;
    if (value < -(kMost / 10)) return -kMost;
    value *= 10;
  }
  return value;
}

std::strong_ordering order(const Decimal& a, const Decimal& b) {
  int scale = std::max(a.scale, b.scale);
  return order(scaled_up(a.unscaled, scale - a.scale), scaled_up(b.unscaled, scale - b.scale));
}

std::strong_ordering order(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

template <class T>
const T* get(const Value& value) {
  return std::get_if<T>(&value);
}

std::optional<Int128> integer(const Value& value) {
  if (const auto* v = get<std::int32_t>(value)) return *v;
  if (const auto* v = get<std::int64_t>(value)) return *v;
  return std::nullopt;
}

std::optional<double> floating(const Value& value) {
  if (const auto* v = get<float>(value)) return *v;
  if (const auto* v = get<double>(value)) return *v;
  return std::nullopt;
}

std::strong_ordering order_alike(const Value& a, const Value& b) {
  return std::visit(
      [&](const auto& left) -> std::strong_ordering {
        using T = std::decay_t<decltype(left)>;
        const T& right = std::get<T>(b);
        if constexpr (std::is_same_v<T, std::monostate>) {
          return std::strong_ordering::equal;
        } else if constexpr (std::is_same_v<T, Bytes>) {
          return order(left.bytes, right.bytes);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return order(std::string_view(left), std::string_view(right));
        } else if constexpr (std::is_same_v<T, Decimal> || std::is_floating_point_v<T>) {
          return order(left, right);
        } else {
          return left <=> right;
        }
      },
      a);
}

template <class T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A column that was widened since has the narrow value in older files; both are one partition.
Value widened(const Value& value) {
  if (const auto* v = get<std::int32_t>(value)) return std::int64_t{*v};
  if (const auto* v = get<float>(value)) return double{*v};
  return value;
}

}  // namespace

std::strong_ordering compare(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return static_cast<int>(!is_null(a)) <=> static_cast<int>(!is_null(b));
  if (a.index() == b.index()) return order_alike(a, b);
  if (auto left = integer(a), right = integer(b); left && right) return order(*left, *right);
  if (auto left = floating(a), right = floating(b); left && right) return order(*left, *right);
  throw base::Error(base::ErrorKind::invalid_argument, "values of unlike types cannot be compared");
}

std::string partition_key(const PartitionTuple& tuple) {
  std::string key;
  for (const Value& each : tuple) {
    Value value = widened(each);
    key.push_back(static_cast<char>(value.index()));
    std::visit(
        [&](const auto& v) {
          using T = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<T, std::string>) {
            append_raw(key, v.size());
            key += v;
          } else if constexpr (std::is_same_v<T, Bytes>) {
            append_raw(key, v.bytes.size());
            key += v.bytes;
          } else if constexpr (std::is_same_v<T, Decimal>) {
            append_raw(key, v.unscaled);
          } else if constexpr (std::is_floating_point_v<T>) {
            // All NaN are one partition; -0.0 and 0.0 are two, as in Iceberg.
            append_raw(key, std::isnan(v) ? std::numeric_limits<T>::quiet_NaN() : v);
          } else if constexpr (!std::is_same_v<T, std::monostate>) {
            append_raw(key, v);
          }
        },
        value);
  }
  return key;
}

}  // namespace boathouse::iceberg
