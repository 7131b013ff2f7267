// SPDX-License-Identifier: Apache-2.0
// Paths as texts; nothing is looked up. Pure; any thread.
#pragma once

#include <filesystem>

namespace boathouse::base {

// Whether the path is the folder or leads into it; of canonical paths.
inline bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::filesystem::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace boathouse::base
