// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/user_filter.h"

#include <array>

#include "api/cognito/users.h"
#include "base/encoding.h"
#include "base/error.h"
#include "net/headers.h"

namespace boathouse::api::cognito {
namespace {

constexpr std::array<std::string_view, 10> kSearchable = {
    "username",   "email",       "phone_number",       "name",
    "given_name", "family_name", "preferred_username", "cognito:user_status",
    "status",     "sub"};

base::Error wrong(std::string message) { return {base::ErrorKind::invalid_argument, std::move(message)}; }

// `"a \"b\""` without its quotes and escapes.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    throw wrong("A Filter is written as attribute = \"value\" or attribute ^= \"beginning\".");
  }
  std::string out;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return out;
}

std::string value_of(const meta::UserRow& user, const std::string& attribute) {
  if (attribute == "username") return base::fold_case(user.name);
  if (attribute == "cognito:user_status") return std::string(status_of(user));
  if (attribute == "status") return user.disabled ? "Disabled" : "Enabled";
  auth::PoolAttributes attributes = auth::attributes_of(user);
  return attributes[attribute];
}

}  // namespace

bool UserFilter::fits(const meta::UserRow& user) const {
  if (attribute.empty()) return true;
  const std::string wanted = attribute == "username" ? base::fold_case(value) : value;
  const std::string has = value_of(user, attribute);
  return by_prefix ? has.starts_with(wanted) : has == wanted;
}

UserFilter parse_user_filter(std::string_view text) {
  UserFilter filter;
  text = net::trim(text);
  if (text.empty()) return filter;
  std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) throw wrong("A Filter is written as attribute = \"value\".");
  std::string_view attribute = text.substr(0, equals);
  filter.by_prefix = attribute.ends_with('^');
  if (filter.by_prefix) attribute.remove_suffix(1);
  attribute = net::trim(attribute);
  if (attribute.size() >= 2 && attribute.front() == '"') attribute = attribute.substr(1, attribute.size() - 2);
  if (std::find(kSearchable.begin(), kSearchable.end(), attribute) == kSearchable.end()) {
    throw wrong("Users are not searched by the attribute \"" + std::string(attribute) + "\".");
  }
  filter.attribute = attribute;
  filter.value = unquoted(net::trim(text.substr(equals + 1)));
  return filter;
}

}  // namespace boathouse::api::cognito
