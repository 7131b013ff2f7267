// SPDX-License-Identifier: Apache-2.0
// Users as this door shows them and is told of them. What is kept of a password is never shown.
#pragma once

#include <boost/json/object.hpp>

#include "api/cognito/call.h"
#include "auth/pool_attributes.h"

namespace boathouse::api::cognito {

// A user as lists have it; `attributes_name` is "Attributes", or "UserAttributes" where the user is the whole answer.
// With the attributes named, or all of them.
boost::json::object to_json(const meta::UserRow& user, std::string_view attributes_name = "Attributes",
                            const std::optional<std::vector<std::string>>& shown = std::nullopt);
std::string_view status_of(const meta::UserRow& user);

// [{"Name": .., "Value": ..}] of the field; empty where it is absent. Error{invalid_argument}.
auth::PoolAttributes attributes_field(Call& call, std::string_view name);

}  // namespace boathouse::api::cognito
