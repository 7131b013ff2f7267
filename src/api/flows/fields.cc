// SPDX-License-Identifier: Apache-2.0
#include "api/flows/fields.h"

#include <fmt/format.h>

#include "api/common/json_fields.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api::flows {
namespace {

namespace json = boost::json;

std::string text_of(std::string_view name, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "";
    case json::kind::string: return std::string(value.get_string());
    case json::kind::bool_: return value.get_bool() ? "true" : "false";
    case json::kind::int64: return std::to_string(value.get_int64());
    case json::kind::uint64: return std::to_string(value.get_uint64());
    case json::kind::double_: return fmt::format("{}", value.get_double());
    default: break;
  }
  throw base::Error(base::ErrorKind::invalid_argument, fmt::format("The field {} is a text", name))
      .with("field", std::string(name));
}

bool is_given(const json::value& value) {
  if (value.is_null() || (value.is_string() && value.get_string().empty())) return false;
  if (value.is_bool()) return value.get_bool();
  return !value.is_number() || value.to_number<double>() != 0;
}

}  // namespace

Fields::Fields(const net::Request& request, std::string_view body) : request_(request) {
  const auto type = net::parse_parameterized(request.headers.get("Content-Type"));
  if (!type || body.empty()) return;
  if (type->value == "application/x-www-form-urlencoded") {
    for (auto& [name, value] : net::parse_form(body).items) values_[name] = value;
  } else if (type->value == "application/json") {
    json::value parsed = parse_json(body);
    if (!parsed.is_object()) throw base::Error(base::ErrorKind::invalid_argument, "The body must be a JSON object");
    values_ = std::move(parsed.get_object());
  }
}

const json::value& Fields::any(std::string_view name) const {
  static const json::value kAbsent;
  const json::value* value = values_.if_contains(name);
  return value == nullptr ? kAbsent : *value;
}

json::value Fields::structured(std::string_view name) const {
  const json::value& value = any(name);
  if (!value.is_string()) return value;
  if (value.get_string().empty()) return {};
  try {
    return parse_json(value.get_string());
  } catch (const base::Error&) {
    throw base::Error(base::ErrorKind::invalid_argument, fmt::format("The field {} is no text, nor JSON as one", name))
        .with("field", std::string(name));
  }
}

std::string Fields::text(std::string_view name) const {
  const json::value& value = any(name);
  return is_given(value) ? text_of(name, value) : std::string();
}

std::optional<std::string> Fields::change(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return text_of(name, any(name));
}

std::int64_t Fields::number(std::string_view name) const {
  std::string text = this->text(name);
  if (text.empty()) text = request_.query.get(name);
  if (text.empty()) return 0;
  const std::int64_t number = base::parse_number<std::int64_t>(text).value_or(-1);
  return number > 0 ? number : -1;
}

}  // namespace boathouse::api::flows
