// SPDX-License-Identifier: Apache-2.0
// How a worker gives up its rights, for ever, before it reads anything that a user made. Called by the first thread while
// it is the only one, in the order below (protocol.md). Throws base::Error{unavailable}.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace boathouse::engine {

// Dies with its parent; ends at once when that is gone already.
void follow_parent(pid_t parent);

struct ResourceLimits {
  std::uint64_t memory_bytes;     // all memory of the process: more than DuckDB may use of it
  std::uint64_t file_size_bytes;  // of one file; 0 is no limit
};
void limit_resources(const ResourceLimits& limits);

// no_new_privs, Landlock, seccomp. Without `required` a kernel that has no Landlock is used as it is. True when confined.
bool confine(const std::vector<std::filesystem::path>& readable, const std::vector<std::filesystem::path>& writable,
             bool required);

}  // namespace boathouse::engine
