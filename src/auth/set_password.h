// SPDX-License-Identifier: Apache-2.0
// The one place where a new password becomes what is stored for it: its hash, and whatever else is to be derived from a
// password while it is known (a verifier of another protocol).
#pragma once

#include <string_view>

#include "auth/passwords.h"
#include "auth/srp_verifiers.h"
#include "meta/account_store.h"

namespace boathouse::auth {

// What passwords are made into. Both outlive this.
struct PasswordMaker {
  PasswordHasher& hasher;
  const SrpVerifiers* srp = nullptr;  // none: no verifier is made, and one of the old password goes
};

// Checks the rules and fills in what the user's row keeps; `user` has its id and name. Error{invalid_argument,
// "weak-password"}. The second is for a change of that user.
void set_password(meta::UserRow& user, std::string_view password, bool temporary, PasswordRules rules,
                  const PasswordMaker& maker);
void set_password(meta::UserChange& change, const meta::UserRow& user, std::string_view password, bool temporary,
                  PasswordRules rules, const PasswordMaker& maker);

}  // namespace boathouse::auth
