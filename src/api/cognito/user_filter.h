// SPDX-License-Identifier: Apache-2.0
// The Filter of ListUsers: `attribute = "value"` or `attribute ^= "beginning"`. Pure.
#pragma once

#include <string>
#include <string_view>

#include "auth/pool_attributes.h"

namespace boathouse::api::cognito {

struct UserFilter {
  std::string attribute{};  // empty: everybody fits
  bool by_prefix = false;
  std::string value{};

  bool fits(const meta::UserRow& user) const;
};

// Error{invalid_argument} for what cannot be read, and for attributes that no user is searched by.
UserFilter parse_user_filter(std::string_view text);

}  // namespace boathouse::api::cognito
