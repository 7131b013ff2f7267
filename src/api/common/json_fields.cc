// SPDX-License-Identifier: Apache-2.0
#include "api/common/json_fields.h"

#include <boost/json/parser.hpp>

#include "base/error.h"

namespace boathouse::api {
namespace {

using base::Error;
using base::ErrorKind;
namespace json = boost::json;

Error wrong_field(std::string_view name, std::string message) {
  return Error(ErrorKind::invalid_argument, std::move(message)).with("field", std::string(name));
}

Error no_object() { return {ErrorKind::invalid_argument, "the body must be a JSON object"}; }

}  // namespace

json::value parse_json(std::string_view body) {
  if (body.empty()) throw Error(ErrorKind::invalid_argument, "the body is empty: send a JSON object");
  json::parser parser;
  boost::system::error_code failure;
  std::size_t read = parser.write(body.data(), body.size(), failure);
  if (failure) {
    throw Error(ErrorKind::invalid_argument, fmt::format("the body is no JSON: {} at byte {}", failure.message(), read))
        .with("byte", read);
  }
  return parser.release();
}

json::object parse_json_object(std::string_view body) {
  json::value value = parse_json(body);
  if (!value.is_object()) throw no_object();
  return std::move(value.get_object());
}

JsonFields::JsonFields(json::value body) : value_(std::move(body)) {
  if (!value_.is_object()) throw no_object();
}

const json::value* JsonFields::take(std::string_view name) {
  asked_.emplace(name);
  const json::value* found = value_.get_object().if_contains(name);
  return found && found->is_null() ? nullptr : found;
}

std::optional<std::string> JsonFields::optional_text(std::string_view name) {
  const json::value* found = take(name);
  if (!found) return std::nullopt;
  if (!found->is_string()) throw wrong_field(name, fmt::format("\"{}\" must be a string", name));
  return std::string(found->get_string());
}

std::optional<std::string> JsonFields::clearable_text(std::string_view name) {
  auto text = optional_text(name);
  if (!text && value_.get_object().contains(name)) return "";
  return text;
}

std::string JsonFields::text(std::string_view name) {
  auto found = optional_text(name);
  if (!found) throw wrong_field(name, fmt::format("\"{}\" is required", name));
  return std::move(*found);
}

std::optional<bool> JsonFields::optional_flag(std::string_view name) {
  const json::value* found = take(name);
  if (!found) return std::nullopt;
  if (!found->is_bool()) throw wrong_field(name, fmt::format("\"{}\" must be true or false", name));
  return found->get_bool();
}

std::optional<std::int64_t> JsonFields::optional_integer(std::string_view name) {
  const json::value* found = take(name);
  if (!found) return std::nullopt;
  boost::system::error_code failure;
  auto number = found->is_number() ? found->to_number<std::int64_t>(failure) : 0;
  if (!found->is_number() || failure) throw wrong_field(name, fmt::format("\"{}\" must be a whole number", name));
  return number;
}

json::value JsonFields::any(std::string_view name) {
  const json::value* found = take(name);
  return found ? *found : json::value();
}

void JsonFields::finish() const {
  for (const auto& field : value_.get_object()) {
    std::string_view name(field.key().data(), field.key().size());
    if (!asked_.contains(name)) throw wrong_field(name, fmt::format("there is no field \"{}\" here", name));
  }
}

}  // namespace boathouse::api
