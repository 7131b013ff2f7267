// SPDX-License-Identifier: Apache-2.0
// The room as the wiring makes it: one of these, from a metadata store and options, outlives every door.
#pragma once

#include <filesystem>
#include <string>

#include "auth/access.h"
#include "auth/access_keys.h"
#include "auth/accounts.h"
#include "auth/authenticator.h"
#include "auth/flow_logins.h"
#include "auth/key_ring.h"
#include "auth/limits.h"
#include "auth/passwords.h"
#include "auth/pool_groups.h"
#include "auth/pool_logins.h"
#include "auth/recent_access.h"
#include "auth/rsa_keys.h"
#include "auth/sealing.h"
#include "auth/sink_secrets.h"
#include "auth/srp_verifiers.h"
#include "auth/user_pool.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct AuthOptions {
  std::string jwt_secret{};      // at least 32 bytes; empty: a random one, kept in `keys`
  std::filesystem::path keys{};  // the folder of keys (mode 0700)
  AuthenticatorOptions authenticator{};
  PasswordCost password_cost{};
  std::string pool_name = "data_platform-user_pool";  // of the user pool that Cognito clients see
  bool srp = false;                                   // whether they may log in by SRP
};

struct Auth {
  // `store` must outlive this. Throws as KeyRing does.
  Auth(meta::MetaStore& store, const AuthOptions& options);

  KeyRing keys;
  Sealer sealer;
  RsaKeys rsa_keys;
  PasswordHasher hasher;
  AccessControl access;
  UserPool pool;
  SrpVerifiers srp;
  Accounts accounts;
  PoolGroups pool_groups;
  AccessKeys access_keys;
  SinkSecrets sink_secrets;
  KeyAdministration key_administration;
  PoolTokens pool_tokens;
  Authenticator authenticator;
  PoolLogins pool_logins;
  FlowLogins flow_logins;
  WorkspaceCounters counters;
  RecentAccess recent;
};

}  // namespace boathouse::auth
