// SPDX-License-Identifier: Apache-2.0
#include "core/contract_reader.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>

namespace boathouse::core {

namespace json = boost::json;

const json::value* FieldReader::take(std::string_view key) {
  taken_.emplace(key);
  const json::value* value = object_.if_contains(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

std::optional<std::string> FieldReader::text(std::string_view key, std::size_t max_bytes) {
  const json::value* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    problem(key, "must be a text");
    return std::nullopt;
  }
  std::string out(value->as_string());
  if (out.find('\0') != std::string::npos) problem(key, "must not contain a NUL");
  if (out.size() > max_bytes) problem(key, fmt::format("is longer than {} bytes", max_bytes));
  return out;
}

std::optional<std::int64_t> FieldReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const json::value* value = take(key);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* number = value->if_int64();
  if (number != nullptr && *number >= least && *number <= most) return *number;
  problem(key, fmt::format("must be a whole number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<bool> FieldReader::boolean(std::string_view key) {
  const json::value* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    problem(key, "must be true or false");
    return std::nullopt;
  }
  return value->as_bool();
}

std::vector<std::string> FieldReader::texts(std::string_view key, std::size_t max_count) {
  std::vector<std::string> out;
  const json::value* value = take(key);
  if (value == nullptr) return out;
  const json::array* list = value->if_array();
  if (list == nullptr) {
    problem(key, "must be a list of texts");
    return out;
  }
  if (list->size() > max_count) problem(key, fmt::format("has more than {} entries", max_count));
  for (const json::value& item : *list) {
    if (!item.is_string() || item.as_string().empty()) {
      problem(key, "must be a list of texts, none of them empty");
      return {};
    }
    out.emplace_back(item.as_string());
  }
  return out;
}

void FieldReader::problem(std::string_view key, std::string message) {
  problems_.push_back({.path = fmt::format("{}/{}", path_, key),
                       .column = column_,
                       .key = std::string(key),
                       .message = std::move(message)});
}

void FieldReader::finish() {
  for (const json::key_value_pair& field : object_) {
    if (!taken_.contains(std::string_view(field.key()))) problem(field.key(), "is not known here");
  }
}

}  // namespace boathouse::core
