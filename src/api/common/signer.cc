// SPDX-License-Identifier: Apache-2.0
#include "api/common/signer.h"

#include "base/encoding.h"
#include "base/sha256.h"

namespace boathouse::api {

auth::Principal signer_of(const Services& services, const net::Request& request, std::string_view service,
                          std::string_view body) {
  auth::sigv4::Request claimed{request.method, request.path, request.raw_query, request.headers.items};
  return services.auth.authenticator.from_signature(claimed, service, auth::sigv4::PathStyle::other,
                                                    base::to_hex(base::sha256(body)));
}

}  // namespace boathouse::api
