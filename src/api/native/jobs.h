// SPDX-License-Identifier: Apache-2.0
// Jobs: work that goes on after an answer.
#pragma once

#include "api/native/account_json.h"
#include "api/native/call.h"

namespace boathouse::api::native {

// What the queueing routes answer too. Never the payload.
boost::json::object to_json(const meta::JobRow& job, WorkspaceNames& names);

net::Response list_jobs(const Call& call);
net::Response get_job(const Call& call);
net::Response get_job_log(const Call& call);
net::Response cancel_job(const Call& call);
net::Response retry_job(const Call& call);

}  // namespace boathouse::api::native
