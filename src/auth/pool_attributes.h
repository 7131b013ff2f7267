// SPDX-License-Identifier: Apache-2.0
// What Cognito clients call a user's attributes: `sub` (the id, fixed), `email`, and whatever else they keep of a user
// ("email_verified", "name", "custom:team"), which is kept as it comes and grants nothing. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "meta/rows.h"

namespace boathouse::auth {

using PoolAttributes = std::map<std::string, std::string>;

// All of a user's, `sub` included.
PoolAttributes attributes_of(const meta::UserRow& user);

// What of a row attributes become.
struct KeptAttributes {
  std::string email{};
  std::string json{};
};

// `now` with `changes` over it and without `removed`. Error{invalid_argument} for `sub` and for names, values or a number of
// attributes past the limits; the email is for Accounts to judge.
KeptAttributes change_attributes(const PoolAttributes& now, const PoolAttributes& changes,
                                 const std::vector<std::string>& removed = {});

}  // namespace boathouse::auth
