// SPDX-License-Identifier: Apache-2.0
// Ordered name/value lists as HTTP has them: header fields (names compared without case) and decoded queries, forms and
// route captures (names compared exactly). Plain values; no thread of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boathouse::net {

struct Headers {
  std::vector<std::pair<std::string, std::string>> items;

  // The first value of that name, or null.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::size_t count(std::string_view name) const;
  // All values of that name as one list, as RFC 9110 reads a field that came more than once; empty: none.
  std::string joined(std::string_view name) const;

  void add(std::string name, std::string value);
  // Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
};

struct NamedValues {
  std::vector<std::pair<std::string, std::string>> items;

  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::vector<std::string> all(std::string_view name) const;
};

// `a=1&b=2` with percent escapes and '+' as a space: queries and application/x-www-form-urlencoded bodies. Throws
// Error{invalid_argument} for a broken escape, a NUL or bytes that are no UTF-8.
NamedValues parse_form(std::string_view text);

// ASCII, without case.
bool equals_ignoring_case(std::string_view a, std::string_view b);
// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);
// What stands between the commas of a list, trimmed; nothing stands behind a last comma. Views into `list`.
std::vector<std::string_view> list_items(std::string_view list);

// A header value such as `form-data; name="a"; filename="b.csv"`: the value in lower case, then its parameters (names
// in lower case, quotes undone). nullopt when it is malformed.
struct ParameterizedValue {
  std::string value;
  NamedValues parameters;
};
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

// True for a header field name (RFC 9110 token), and for a value without control characters other than a tab.
bool is_token(std::string_view text);
bool is_field_value(std::string_view text);

}  // namespace boathouse::net
