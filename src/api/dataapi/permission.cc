// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/permission.h"

#include "api/dataapi/upload_form.h"

namespace boathouse::api::dataapi {

meta::WorkspaceRow allow(const Services& services, const auth::Principal& principal, auth::Action action) {
  return services.auth.access.decide(principal, action, kWorkspace).workspace;
}

}  // namespace boathouse::api::dataapi
