// SPDX-License-Identifier: Apache-2.0
// A table's past: rollback, tags, branches. Handlers for routes.cc.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response list_versions(const Call& call);
net::Response roll_back(const Call& call);
net::Response list_branches(const Call& call);
net::Response create_branch(const Call& call);
net::Response fast_forward_branch(const Call& call);
net::Response delete_branch(const Call& call);
net::Response list_tags(const Call& call);
net::Response create_tag(const Call& call);
net::Response delete_tag(const Call& call);

}  // namespace boathouse::api::native
