// SPDX-License-Identifier: Apache-2.0
// Thrift's compact protocol as a tree of values, whatever they mean: what a Parquet footer is written in. A tree that was
// read and is written again says the same, unknown fields too.
//
// Reading trusts nothing: nesting and the number of values are limited, and no count makes it allocate more than the bytes
// that are there can hold. Error{invalid_argument} for bytes that are no such tree. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace boathouse::batch {

class ThriftStruct;

struct ThriftByte {
  std::int8_t value = 0;
};
struct ThriftInt16 {
  std::int16_t value = 0;
};
struct ThriftUuid {
  std::string bytes;  // 16
};

struct ThriftValue;
// Lists and sets: all elements have the wire's type `of`, which also says what an empty one would hold.
struct ThriftList {
  std::uint8_t of = 0;
  bool is_set = false;
  std::vector<ThriftValue> items;
};
struct ThriftMap {
  std::uint8_t keys = 0;
  std::uint8_t values = 0;
  std::vector<std::pair<ThriftValue, ThriftValue>> items;
};

class ThriftStruct {
 public:
  // nullptr where there is no such field.
  const ThriftValue* find(std::int16_t id) const;
  ThriftValue* find(std::int16_t id);
  // The field's value as T, nullptr where it is missing or something else.
  template <class T>
  const T* get(std::int16_t id) const;
  template <class T>
  T* get(std::int16_t id);
  void set(std::int16_t id, ThriftValue value);
  void erase(std::int16_t id);

 private:
  friend class ThriftReader;
  friend class ThriftWriter;
  std::vector<std::pair<std::int16_t, ThriftValue>> fields_;  // by ascending id
};

struct ThriftValue : std::variant<bool, ThriftByte, ThriftInt16, std::int32_t, std::int64_t, double, std::string,
                                  ThriftList, ThriftMap, ThriftStruct, ThriftUuid> {
  using variant::variant;
};

// The wire's type of a list's elements that are structs.
inline constexpr std::uint8_t kThriftStruct = 12;

struct ThriftLimits {
  std::size_t depth = 32;
  std::size_t values = 4'000'000;
};
// The struct that `bytes` begin with; what comes after it is not looked at.
ThriftStruct read_thrift(std::string_view bytes, const ThriftLimits& limits = {});
std::string write_thrift(const ThriftStruct& tree);

template <class T>
const T* ThriftStruct::get(std::int16_t id) const {
  const ThriftValue* value = find(id);
  return value == nullptr ? nullptr : std::get_if<T>(value);
}
template <class T>
T* ThriftStruct::get(std::int16_t id) {
  ThriftValue* value = find(id);
  return value == nullptr ? nullptr : std::get_if<T>(value);
}

}  // namespace boathouse::batch
