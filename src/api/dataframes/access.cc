// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/access.h"

#include "api/common/credentials.h"
#include "api/common/query_params.h"

namespace boathouse::api::dataframes {

Caller decide(const Services& services, const net::Request& request, auth::Action action) {
  Caller caller{services.auth.authenticator.authenticate(credentials_of(request)), {}};
  caller.workspace = services.auth.access
                         .resolve_workspace(caller.principal, action, text_param(request, "workspace"),
                                            auth::DefaultWorkspace::personal)
                         .workspace;
  return caller;
}

}  // namespace boathouse::api::dataframes
