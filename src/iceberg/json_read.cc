// SPDX-License-Identifier: Apache-2.0
#include "iceberg/json_read.h"

namespace boathouse::iceberg {
namespace json = boost::json;

namespace {
[[noreturn]] void wrong(std::string_view what, const char* wanted) {
  damaged("'" + std::string(what) + "' must be " + wanted);
}
}  // namespace

json::value parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 256;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) damaged("not JSON: " + error.message());
  return value;
}

const json::object& as_object(const json::value& value, std::string_view what) {
  if (!value.is_object()) wrong(what, "an object");
  return value.get_object();
}

const json::array& as_array(const json::value& value, std::string_view what) {
  if (!value.is_array()) wrong(what, "an array");
  return value.get_array();
}

std::string as_string(const json::value& value, std::string_view what) {
  if (!value.is_string()) wrong(what, "a string");
  return std::string(value.get_string());
}

bool as_bool(const json::value& value, std::string_view what) {
  if (!value.is_bool()) wrong(what, "true or false");
  return value.get_bool();
}

std::int64_t as_int64(const json::value& value, std::string_view what) {
  if (!value.is_int64()) wrong(what, "an integer of 64 bits");
  return value.get_int64();
}

int as_int(const json::value& value, std::string_view what) {
  std::int64_t number = as_int64(value, what);
  if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
    wrong(what, "an integer of 32 bits");
  }
  return static_cast<int>(number);
}

const json::value* find(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

const json::value& need(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  if (value == nullptr) damaged("'" + std::string(key) + "' is missing");
  return *value;
}

std::optional<std::int64_t> find_int64(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  return value != nullptr ? std::optional(as_int64(*value, key)) : std::nullopt;
}

std::optional<int> find_int(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  return value != nullptr ? std::optional(as_int(*value, key)) : std::nullopt;
}

std::optional<std::string> find_string(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  return value != nullptr ? std::optional(as_string(*value, key)) : std::nullopt;
}

}  // namespace boathouse::iceberg
