// SPDX-License-Identifier: Apache-2.0
// The room as the wiring makes it: one of these, from a metadata store and options, outlives every door.
#pragma once

#include <filesystem>
#include <string>

#include "auth/access.h"
#include "auth/accounts.h"
#include "auth/authenticator.h"
#include "auth/limits.h"
#include "auth/passwords.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct AuthOptions {
  std::string jwt_secret{};      // at least 32 bytes; empty: a random one, kept in `keys`
  std::filesystem::path keys{};  // the folder of keys (mode 0700)
  AuthenticatorOptions authenticator{};
  PasswordCost password_cost{};
};

struct Auth {
  // `store` must outlive this. Error{invalid_argument} for a secret that is too short.
  Auth(meta::MetaStore& store, const AuthOptions& options);

  PasswordHasher hasher;
  AccessControl access;
  Accounts accounts;
  Authenticator authenticator;
  WorkspaceCounters counters;
};

}  // namespace boathouse::auth
