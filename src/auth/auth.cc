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
      accounts(store, hasher, access),
      access_keys(store, access, sealer),
      key_administration(store, access, keys, access_keys),
      authenticator(store, hasher, keys, access_keys, options.authenticator) {}

}  // namespace boathouse::auth
