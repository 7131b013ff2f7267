// SPDX-License-Identifier: Apache-2.0
// Walking below a directory without ever following a symlink: each part is opened relative to the one before. Any thread.
#pragma once

#include <filesystem>

#include "base/file.h"

namespace boathouse::store {

enum class Missing { told, created };

// Opens the folder `relative` ("a/b", empty for the root itself) below `root`. What is missing, or
// is a file, gives an empty descriptor; or it is made (mode 0700), and a file on the way is Error{invalid_argument}. So is
// a symlink in either case.
base::UniqueFd open_folder(const std::filesystem::path& root, const std::filesystem::path& relative, Missing missing);

}  // namespace boathouse::store
