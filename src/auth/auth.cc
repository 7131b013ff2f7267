// SPDX-License-Identifier: Apache-2.0
#include "auth/auth.h"

namespace boathouse::auth {

Auth::Auth(meta::MetaStore& store, const AuthOptions& options)
    : hasher(options.password_cost),
      access(store),
      accounts(store, hasher, access),
      authenticator(store, hasher, AccessTokens(load_signing_secrets(options.jwt_secret, options.keys)),
                    options.authenticator) {}

}  // namespace boathouse::auth
