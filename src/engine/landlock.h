// SPDX-License-Identifier: Apache-2.0
// Landlock, the kernel's way to give up the file system but for a few folders.
#pragma once

#include <filesystem>
#include <vector>

namespace boathouse::engine {

// The kernel's Landlock ABI: at least 1 where it can confine, 0 where it cannot. Any thread.
int landlock_abi();

// From now on this thread and those it makes can open only what lies below these folders, for reading or for both, for
// ever. Needs no_new_privs. Throws base::Error{unavailable} when the kernel refuses or a folder does not exist.
void restrict_files(const std::vector<std::filesystem::path>& readable,
                    const std::vector<std::filesystem::path>& writable);

}  // namespace boathouse::engine
