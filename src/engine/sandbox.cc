// SPDX-License-Identifier: Apache-2.0
#include "engine/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "engine/landlock.h"
#include "engine/syscalls.h"

namespace boathouse::engine {
namespace {

// DuckDB opens a table's files as it comes to them, one for each thread or so.
constexpr rlim_t kOpenFiles = 4096;
// Parsing and planning nest; the pages are only used by statements that need them.
constexpr rlim_t kStack = 16ULL << 20;

// Never raises a hard limit: that would need a right that a worker must not have.
void limit(__rlimit_resource resource, rlim_t value) {
  rlimit now{};
  ::getrlimit(resource, &now);
  const rlim_t allowed = now.rlim_max == RLIM_INFINITY ? value : std::min(value, now.rlim_max);
  const rlimit wanted{allowed, allowed};
  if (::setrlimit(resource, &wanted) != 0) throw base::system_error(errno, "limiting the worker");
}

// Where memory runs out on the machine, a worker is to go before the server does.
void volunteer_for_oom() {
  base::UniqueFd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  constexpr std::string_view kFirst = "1000";
  if (file) [[maybe_unused]]
    auto ignored = ::write(file.get(), kFirst.data(), kFirst.size());
}

// Landlock and seccomp hold for the calling thread and those it makes afterwards: another one would stay free.
void expect_single_thread() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  if (std::distance(begin(threads), end(threads)) != 1) {
    throw base::Error(base::ErrorKind::unavailable, "the worker has threads that it cannot confine");
  }
}

}  // namespace

void follow_parent(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
}

void limit_resources(const ResourceLimits& limits) {
  volunteer_for_oom();
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, kOpenFiles);
  limit(RLIMIT_STACK, kStack);
  limit(RLIMIT_DATA, limits.memory_bytes);
  if (limits.file_size_bytes > 0) limit(RLIMIT_FSIZE, limits.file_size_bytes);
}

bool confine(const std::vector<std::filesystem::path>& readable, const std::vector<std::filesystem::path>& writable,
             bool required) {
  expect_single_thread();
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw base::system_error(errno, "confining the worker");
  const bool landlock = landlock_abi() >= 1;
  if (!landlock && required) {
    throw base::Error(base::ErrorKind::unavailable, "this kernel has no Landlock");
  }
  if (landlock) restrict_files(readable, writable);
  allow_only_needed_syscalls();
  return landlock;
}

}  // namespace boathouse::engine
