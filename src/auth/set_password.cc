// SPDX-License-Identifier: Apache-2.0
#include "auth/set_password.h"

namespace boathouse::auth {
namespace {

template <class Row>
void fill(Row& row, std::string_view password, bool temporary, PasswordRules rules, PasswordHasher& hasher) {
  check_password(password, rules);
  row.password_hash = hasher.hash(password);
  row.temporary = temporary;
}

}  // namespace

void set_password(meta::UserRow& user, std::string_view password, bool temporary, PasswordRules rules,
                  PasswordHasher& hasher) {
  fill(user, password, temporary, rules, hasher);
}

void set_password(meta::UserChange& change, std::string_view password, bool temporary, PasswordRules rules,
                  PasswordHasher& hasher) {
  fill(change, password, temporary, rules, hasher);
}

}  // namespace boathouse::auth
