// SPDX-License-Identifier: Apache-2.0
// What AWS's services but S3 call what is wrong with a signature (auth/sigv4.h, auth/authenticator.h). Pure; any thread.
#pragma once

#include <string_view>

#include "base/error.h"

namespace boathouse::api {

struct SignatureError {
  std::string_view code;   // ours
  std::string_view query;  // of the query protocol: "IncompleteSignature"
  std::string_view type;   // of the JSON protocol and of REST: "IncompleteSignatureException"
  int status;              // of the query protocol and of REST; the JSON protocol has 400 for all
};

// nullptr for any other error.
const SignatureError* find_signature_error(const base::Error& error);

}  // namespace boathouse::api
