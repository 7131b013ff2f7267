// SPDX-License-Identifier: Apache-2.0
// The tasks of a flow and the comments on them: /flows/tasks, /flows/comments.
#pragma once

#include "api/flows/call.h"

namespace boathouse::api::flows {

net::Response list_tasks(const Call& call);
net::Response create_task(const Call& call);
net::Response change_task(const Call& call);
net::Response delete_task(const Call& call);

net::Response list_comments(const Call& call);
net::Response add_comment(const Call& call);
net::Response delete_comment(const Call& call);

}  // namespace boathouse::api::flows
