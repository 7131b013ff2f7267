// SPDX-License-Identifier: Apache-2.0
#include "api/cognito/routes.h"

#include "api/cognito/discovery.h"
#include "api/cognito/dispatch.h"
#include "api/cognito/errors.h"

namespace boathouse::api::cognito {

void add_routes(net::Router& router, const Services& services) {
  router.render_errors("/cognito-idp", render_error);
  router.add("POST", "/cognito-idp", run_operation(services),
             {.optional_trailing_slash = true, .summary = "An operation of Cognito user pools, named by X-Amz-Target"});
  router.add("GET", "/cognito-idp/{pool}/.well-known/jwks.json", get_jwks(services),
             {.summary = "The keys that verify the pool's tokens"});
  router.add("GET", "/cognito-idp/{pool}/.well-known/openid-configuration", get_configuration(services),
             {.summary = "What OpenID clients need to know of the pool"});
}

}  // namespace boathouse::api::cognito
