// SPDX-License-Identifier: Apache-2.0
// Flows themselves, their members and feeds: /flows, /flows/{fid}, /flows/members, /flows/rules, /flows/activity.
#pragma once

#include "api/flows/call.h"

namespace boathouse::api::flows {

net::Response list_flows(const Call& call);
net::Response create_flow(const Call& call);
net::Response get_flow(const Call& call);
net::Response change_flow(const Call& call);
net::Response delete_flow(const Call& call);

net::Response list_members(const Call& call);
net::Response add_member(const Call& call);
net::Response remove_member(const Call& call);

net::Response get_rules(const Call& call);
net::Response set_rules(const Call& call);

net::Response list_activity(const Call& call);

}  // namespace boathouse::api::flows
