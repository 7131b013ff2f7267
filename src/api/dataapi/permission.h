// SPDX-License-Identifier: Apache-2.0
// Who may use this door's one workspace.
#pragma once

#include "api/common/services.h"

namespace boathouse::api::dataapi {

// The workspace `main`. Error{permission_denied} for everyone who may not, strangers too: that `main` exists is no secret,
// and this door's clients take a 404 for a wrong address. Blocks.
meta::WorkspaceRow allow(const Services& services, const auth::Principal& principal, auth::Action action);

}  // namespace boathouse::api::dataapi
