// SPDX-License-Identifier: Apache-2.0
#include "net/headers.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string decode_form_part(std::string_view raw) {
  using base::ErrorKind;
  auto decoded = base::percent_decode(raw, true);
  if (!decoded)
    throw base::Error(ErrorKind::invalid_argument, "a '%' in the query or form is not followed by two hex digits");
  if (decoded->find('\0') != std::string::npos) {
    throw base::Error(ErrorKind::invalid_argument, "the query or form holds a NUL byte");
  }
  if (!base::is_utf8(*decoded)) throw base::Error(ErrorKind::invalid_argument, "the query or form is not valid UTF-8");
  return std::move(*decoded);
}

// Reads a quoted string whose opening quote is already taken. A backslash escapes quotes and itself only: browsers on
// Windows once sent whole paths with bare backslashes. False when the closing quote is missing.
bool take_quoted(std::string_view& rest, std::string& out) {
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return true;
    if (c == '\\' && !rest.empty() && (rest.front() == '"' || rest.front() == '\\')) {
      c = rest.front();
      rest.remove_prefix(1);
    }
    out.push_back(c);
  }
  return false;
}

// One `name=value` after a ';'. An empty one (a trailing ';') is skipped.
bool take_parameter(std::string_view& rest, NamedValues& parameters) {
  rest = trim(rest);
  if (rest.empty()) return true;
  std::size_t equals = rest.find_first_of("=;");
  if (equals == std::string_view::npos || rest[equals] == ';') return false;
  std::string name = to_lower(trim(rest.substr(0, equals)));
  if (!is_token(name)) return false;
  rest = trim(rest.substr(equals + 1));
  std::string value;
  if (!rest.empty() && rest.front() == '"') {
    rest.remove_prefix(1);
    if (!take_quoted(rest, value)) return false;
    rest = trim(rest);
    if (!rest.empty() && rest.front() != ';') return false;
  } else {
    std::size_t end = std::min(rest.find(';'), rest.size());
    value = trim(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  parameters.items.emplace_back(std::move(name), std::move(value));
  return true;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [key, value] : items) {
    if (equals_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name, std::string_view otherwise) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : otherwise;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      items.begin(), items.end(), [name](const auto& item) { return equals_ignoring_case(item.first, name); }));
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  for (const auto& [field, value] : items) {
    if (!equals_ignoring_case(field, name)) continue;
    if (!all.empty()) all += ", ";
    all += value;
  }
  return all;
}

void Headers::add(std::string name, std::string value) { items.emplace_back(std::move(name), std::move(value)); }

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  items.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(items, [name](const auto& item) { return equals_ignoring_case(item.first, name); });
}

const std::string* NamedValues::find(std::string_view name) const {
  for (const auto& [key, value] : items) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string_view NamedValues::get(std::string_view name, std::string_view otherwise) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : otherwise;
}

std::vector<std::string> NamedValues::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : items) {
    if (key == name) values.push_back(value);
  }
  return values;
}

NamedValues parse_form(std::string_view text) {
  NamedValues out;
  while (!text.empty()) {
    std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    std::size_t equals = pair.find('=');
    std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    out.items.emplace_back(decode_form_part(pair.substr(0, equals)), decode_form_part(value));
  }
  return out;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
  std::size_t end = std::min(text.find(';'), text.size());
  ParameterizedValue out{to_lower(trim(text.substr(0, end))), {}};
  if (out.value.empty()) return std::nullopt;
  std::string_view rest = text.substr(end);
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the ';'
    if (!take_parameter(rest, out.parameters)) return std::nullopt;
  }
  return out;
}

std::vector<std::string_view> list_items(std::string_view list) {
  std::vector<std::string_view> items;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    items.push_back(trim(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

bool is_token(std::string_view text) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

}  // namespace boathouse::net
