// SPDX-License-Identifier: Apache-2.0
// CloudWatch Logs: the logs of triggers' runs, read as those of the functions that they stand for. A trigger is the group
// /aws/lambda/<trigger>, each of its runs a stream YYYY/MM/DD/[$LATEST]<job id>, each line of its log an event.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::aws {

net::Handler run_logs_operation(const Services& services);

}  // namespace boathouse::api::aws
