// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/call.h"

#include <boost/json/array.hpp>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::api::cognito {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

}  // namespace

void Call::require_pool() { auth().pool.require(fields.text("UserPoolId")); }

TextMap Call::texts(std::string_view name) {
  TextMap out;
  json::value found = fields.any(name);
  if (found.is_null()) return out;
  auto refuse = [&] {
    return Error(ErrorKind::invalid_argument, fmt::format("\"{}\" must be an object of strings", name));
  };
  if (!found.is_object()) throw refuse();
  for (const auto& [key, value] : found.get_object()) {
    if (!value.is_string()) throw refuse();
    out.emplace(key, value.get_string());
  }
  return out;
}

std::optional<std::vector<std::string>> Call::optional_names(std::string_view name) {
  json::value found = fields.any(name);
  if (found.is_null()) return std::nullopt;
  auto refuse = [&] {
    return Error(ErrorKind::invalid_argument, fmt::format("\"{}\" must be a list of strings", name));
  };
  if (!found.is_array()) throw refuse();
  std::vector<std::string> names;
  for (const json::value& item : found.get_array()) {
    if (!item.is_string()) throw refuse();
    names.emplace_back(item.get_string());
  }
  return names;
}

std::size_t Call::limit(std::string_view name, std::size_t most) {
  std::int64_t wanted = fields.optional_integer(name).value_or(static_cast<std::int64_t>(most));
  if (wanted < 1 || wanted > static_cast<std::int64_t>(most)) {
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" must be from 1 to {}", name, most));
  }
  return static_cast<std::size_t>(wanted);
}

std::string Call::after(std::string_view token_name) {
  auto last = base::from_base64(fields.optional_text(token_name).value_or(""));
  if (!last) throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" is not of a page of ours", token_name));
  return *std::move(last);
}

std::string required(const TextMap& texts, std::string_view name) {
  std::string found = optional(texts, name);
  if (found.empty()) throw Error(ErrorKind::invalid_argument, fmt::format("Missing required parameter {}", name));
  return found;
}

std::string optional(const TextMap& texts, std::string_view name) {
  auto found = texts.find(name);
  return found == texts.end() ? "" : found->second;
}

std::string page_token(std::string_view last) { return base::to_base64(last); }

double wire_time(base::Micros at) {
  const base::Micros milliseconds = at / base::kMillisecond;
  return static_cast<double>(milliseconds) / 1000;
}

}  // namespace boathouse::api::cognito
