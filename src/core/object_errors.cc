// SPDX-License-Identifier: Apache-2.0
#include "core/object_errors.h"

namespace boathouse::core {

using base::Error;
using base::ErrorKind;

Error no_such_bucket(const std::string& name) {
  return Error(ErrorKind::not_found, "The specified bucket does not exist").code("no-such-bucket").with("bucket", name);
}

Error no_such_key(const std::string& key) {
  return Error(ErrorKind::not_found, "The specified key does not exist.").code("no-such-key").with("key", key);
}

Error no_such_upload() {
  return Error(ErrorKind::not_found,
               "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have "
               "been aborted or completed.")
      .code("no-such-upload");
}

Error condition_failed() {
  return Error(ErrorKind::conflict, "At least one of the pre-conditions you specified did not hold")
      .code("condition-failed");
}

}  // namespace boathouse::core
