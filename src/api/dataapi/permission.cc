// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/permission.h"

#include "api/dataapi/upload_form.h"
#include "base/error.h"

namespace boathouse::api::dataapi {

meta::WorkspaceRow allow(const Services& services, const auth::Principal& principal, auth::Action action) {
  try {
    return services.auth.access.decide(principal, action, kWorkspace).workspace;
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
    throw base::Error(base::ErrorKind::permission_denied, "you are no member of this workspace");
  }
}

}  // namespace boathouse::api::dataapi
