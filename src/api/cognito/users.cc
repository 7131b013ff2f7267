// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/users.h"

#include <boost/json.hpp>

#include "base/error.h"

namespace boathouse::api::cognito {

namespace json = boost::json;

json::object to_json(const meta::UserRow& user, std::string_view attributes_name,
                     const std::optional<std::vector<std::string>>& shown) {
  json::array attributes;
  for (const auto& [name, value] : auth::attributes_of(user)) {
    if (shown && std::find(shown->begin(), shown->end(), name) == shown->end()) continue;
    attributes.push_back({{"Name", name}, {"Value", value}});
  }
  return {{"Username", user.name},
          {attributes_name, std::move(attributes)},
          {"UserCreateDate", wire_time(user.created_at)},
          {"UserLastModifiedDate", wire_time(user.updated_at)},
          {"Enabled", !user.disabled},
          {"UserStatus", status_of(user)}};
}

std::string_view status_of(const meta::UserRow& user) { return user.temporary ? "FORCE_CHANGE_PASSWORD" : "CONFIRMED"; }

auth::PoolAttributes attributes_field(Call& call, std::string_view name) {
  auth::PoolAttributes out;
  json::value listed = call.fields.any(name);
  if (listed.is_null()) return out;
  auto refuse = [&] {
    return base::Error(base::ErrorKind::invalid_argument,
                       fmt::format("\"{}\" must be a list of {{\"Name\": .., \"Value\": ..}}", name));
  };
  if (!listed.is_array()) throw refuse();
  for (const json::value& item : listed.get_array()) {
    const json::object* attribute = item.if_object();
    const json::value* key = attribute ? attribute->if_contains("Name") : nullptr;
    const json::value* value = attribute ? attribute->if_contains("Value") : nullptr;
    if (!key || !key->is_string() || (value && !value->is_string())) throw refuse();
    out[std::string(key->get_string())] = value ? std::string(value->get_string()) : std::string();
  }
  return out;
}

}  // namespace boathouse::api::cognito
