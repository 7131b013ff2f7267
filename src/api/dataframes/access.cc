// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/access.h"

#include "api/common/credentials.h"
#include "api/common/query_params.h"
#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::api::dataframes {

Caller decide(const Services& services, const net::Request& request, auth::Action action) {
  Caller caller{services.auth.authenticator.authenticate(credentials_of(request)), {}};
  caller.workspace = services.auth.access
                         .resolve_workspace(caller.principal, action, text_param(request, "workspace"),
                                            auth::DefaultWorkspace::personal)
                         .workspace;
  return caller;
}

bool flag_of(const net::Request& request, std::string_view name) {
  const std::string* value = request.query.find(name);
  if (value == nullptr) return false;
  const std::string text = base::fold_case(*value);
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  throw base::Error(base::ErrorKind::invalid_argument, fmt::format("\"{}\" is true or false", name))
      .with("parameter", std::string(name));
}

}  // namespace boathouse::api::dataframes
