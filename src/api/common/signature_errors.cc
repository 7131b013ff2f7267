// SPDX-License-Identifier: Apache-2.0
#include "api/common/signature_errors.h"

#include <algorithm>
#include <array>

namespace boathouse::api {
namespace {

// AWS refuses with 403 whom it does not know.
constexpr std::array kErrors = {
    SignatureError{"signature-missing", "MissingAuthenticationToken", "MissingAuthenticationTokenException", 403},
    SignatureError{"signature-malformed", "IncompleteSignature", "IncompleteSignatureException", 400},
    SignatureError{"signature-undated", "IncompleteSignature", "IncompleteSignatureException", 400},
    SignatureError{"headers-not-signed", "IncompleteSignature", "IncompleteSignatureException", 400},
    SignatureError{"signature-mismatch", "SignatureDoesNotMatch", "InvalidSignatureException", 403},
    SignatureError{"signature-expired", "SignatureDoesNotMatch", "InvalidSignatureException", 403},
    SignatureError{"wrong-scope", "SignatureDoesNotMatch", "InvalidSignatureException", 403},
    SignatureError{"unknown-access-key", "InvalidClientTokenId", "UnrecognizedClientException", 403},
};

}  // namespace

const SignatureError* find_signature_error(const base::Error& error) {
  const auto* found = std::find_if(kErrors.begin(), kErrors.end(),
                                   [&](const SignatureError& each) { return each.code == error.code(); });
  return found == kErrors.end() ? nullptr : found;
}

}  // namespace boathouse::api
