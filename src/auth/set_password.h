// SPDX-License-Identifier: Apache-2.0
// The one place where a new password becomes what is stored for it. Whatever else is to be derived from a password
// while it is known (a verifier of another protocol) is derived here.
#pragma once

#include <string_view>

#include "auth/passwords.h"
#include "meta/account_store.h"

namespace boathouse::auth {

// Checks the rules and fills in what the user's row keeps. Error{invalid_argument, "weak-password"}.
void set_password(meta::UserRow& user, std::string_view password, bool temporary, PasswordRules rules,
                  PasswordHasher& hasher);
void set_password(meta::UserChange& change, std::string_view password, bool temporary, PasswordRules rules,
                  PasswordHasher& hasher);

}  // namespace boathouse::auth
