// SPDX-License-Identifier: Apache-2.0
// Reads a JSON object field by field, so that whatever was not asked for is an error that names it. One object, one
// thread. Every wrong field is Error{invalid_argument} with `field` as detail.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace boathouse::api {

// A request's body as JSON; Error{invalid_argument} that says what is wrong and where.
boost::json::value parse_json(std::string_view body);
// The same of a body that must be an object.
boost::json::object parse_json_object(std::string_view body);

class JsonFields {
 public:
  // Error{invalid_argument} unless `body` is an object.
  explicit JsonFields(boost::json::value body);

  std::string text(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  // Of a field that null empties: "" then, nullopt only where it is absent.
  std::optional<std::string> clearable_text(std::string_view name);
  std::optional<bool> optional_flag(std::string_view name);
  std::optional<std::int64_t> optional_integer(std::string_view name);
  // Any value; null where it is absent.
  boost::json::value any(std::string_view name);

  // Call last: refuses fields that nobody asked for.
  void finish() const;

 private:
  // nullptr where the field is absent or null.
  const boost::json::value* take(std::string_view name);

  const boost::json::value value_;  // an object
  std::set<std::string, std::less<>> asked_;
};

}  // namespace boathouse::api
