// SPDX-License-Identifier: Apache-2.0
#include "auth/auth.h"

namespace boathouse::auth {

Auth::Auth(meta::MetaStore& store, const AuthOptions& options)
    : keys({.folder = options.keys,
            .fixed_token_secret = options.jwt_secret,
            .overlap = options.authenticator.access_lifetime}),
      sealer(keys),
      rsa_keys(keys),
      hasher(options.password_cost),
      access(store),
      pool(store, access, sealer, options.pool_name),
      srp(sealer, pool.id(), options.srp),
      accounts(store, {hasher, &srp}, access),
      pool_groups(store, access, accounts),
      access_keys(store, access, sealer),
      sink_secrets(store, sealer),
      key_administration(store, access, keys,
                         [this, &store] {
                           return access_keys.reseal() + pool.reseal() + srp.reseal(store.accounts()) +
                                  sink_secrets.reseal();
                         }),
      pool_tokens(rsa_keys, pool.id()),
      authenticator({store, {hasher, &srp}, keys, access_keys, pool_tokens}, options.authenticator),
      pool_logins(
          {store, authenticator, pool, pool_groups, pool_tokens, sealer, {hasher, &srp}, options.authenticator}),
      flow_logins({store, accounts, authenticator, keys}, options.authenticator),
      recent(store.accounts()) {}

}  // namespace boathouse::auth
