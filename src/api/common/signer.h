// SPDX-License-Identifier: Apache-2.0
// Who signed a request by AWS Signature Version 4, for doors whose clients do so (S3 apart, which canonicalizes paths in its own
// way). Blocks on the metadata store.
#pragma once

#include <string_view>

#include "api/common/services.h"
#include "net/request.h"

namespace boathouse::api {

// Throws as Authenticator::from_signature() does.
auth::Principal signer_of(const Services& services, const net::Request& request, std::string_view service,
                          std::string_view body);

}  // namespace boathouse::api
