// SPDX-License-Identifier: Apache-2.0
#include "auth/set_password.h"

namespace boathouse::auth {
namespace {

template <class Row>
void fill(Row& row, const meta::UserRow& user, std::string_view password, bool temporary, PasswordRules rules,
          const PasswordMaker& maker) {
  check_password(password, rules);
  row.password_hash = maker.hasher.hash(password);
  row.srp_verifier = maker.srp ? maker.srp->make(user.id, user.name, password) : std::string();
  row.temporary = temporary;
}

}  // namespace

void set_password(meta::UserRow& user, std::string_view password, bool temporary, PasswordRules rules,
                  const PasswordMaker& maker) {
  fill(user, user, password, temporary, rules, maker);
}

void set_password(meta::UserChange& change, const meta::UserRow& user, std::string_view password, bool temporary,
                  PasswordRules rules, const PasswordMaker& maker) {
  fill(change, user, password, temporary, rules, maker);
}

}  // namespace boathouse::auth
