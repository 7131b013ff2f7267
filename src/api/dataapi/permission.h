// SPDX-License-Identifier: Apache-2.0
// Who may use this door's one workspace.
#pragma once

#include "api/common/services.h"

namespace boathouse::api::dataapi {

// The workspace `main`. Error{not_found} for who is no member, Error{permission_denied} for members whose role is too
// low. Blocks.
meta::WorkspaceRow allow(const Services& services, const auth::Principal& principal, auth::Action action);

}  // namespace boathouse::api::dataapi
