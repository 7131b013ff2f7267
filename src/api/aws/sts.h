// SPDX-License-Identifier: Apache-2.0
// The Security Token Service, of which clients ask one thing: who they are. Query protocol: a form in, XML out.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::aws {

// Of answers in the Query protocol.
inline constexpr const char* kQueryContentType = "text/xml";
inline constexpr const char* kStsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

net::Handler run_sts_action(const Services& services);

}  // namespace boathouse::api::aws
