// SPDX-License-Identifier: Apache-2.0
#include "engine/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"
#include "base/file.h"

namespace boathouse::engine {
namespace {

// Newer than Debian 12's kernel headers: ABI 3.
constexpr std::uint64_t kTruncate = 1ULL << 14;

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                 LANDLOCK_ACCESS_FS_MAKE_REG;
// Known to ABI 1 and granted to nobody.
constexpr std::uint64_t kNever = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

// Rights that came after ABI 1 can only be handled, and then granted, where the kernel knows them.
std::uint64_t later_write_rights(int abi) {
  return (abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) | (abi >= 3 ? kTruncate : 0);
}

void allow(int ruleset, const std::filesystem::path& folder, std::uint64_t rights) {
  base::UniqueFd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw base::system_error(errno, "opening a folder of the worker");
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = fd.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    throw base::system_error(errno, "confining the worker to a folder");
  }
}

}  // namespace

int landlock_abi() {
  long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

void restrict_files(const std::vector<std::filesystem::path>& readable,
                    const std::vector<std::filesystem::path>& writable) {
  const std::uint64_t write = kWrite | later_write_rights(landlock_abi());
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = kRead | write | kNever;
  base::UniqueFd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!ruleset) throw base::system_error(errno, "making the worker's ruleset");
  for (const auto& folder : readable) allow(ruleset.get(), folder, kRead);
  for (const auto& folder : writable) allow(ruleset.get(), folder, kRead | write);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    throw base::system_error(errno, "confining the worker");
  }
}

}  // namespace boathouse::engine
