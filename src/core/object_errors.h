// SPDX-License-Identifier: Apache-2.0
// What is said of buckets, objects and uploads that are not there, or not as a caller wants them. Pure; any thread.
#pragma once

#include <string>

#include "base/error.h"

namespace boathouse::core {

base::Error no_such_bucket(const std::string& name);  // {not_found, "no-such-bucket"}
base::Error no_such_key(const std::string& key);      // {not_found, "no-such-key"}
base::Error no_such_upload();                         // {not_found, "no-such-upload"}
base::Error condition_failed();                       // {conflict, "condition-failed"}

}  // namespace boathouse::core
