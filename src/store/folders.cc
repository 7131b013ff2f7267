// SPDX-License-Identifier: Apache-2.0
#include "store/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace boathouse::store {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

base::UniqueFd open_part(int parent, const char* name, Missing missing) {
  base::UniqueFd fd(::openat(parent, name, kOpenFolder));
  if (!fd && errno == ENOENT && missing == Missing::created) {
    if (::mkdirat(parent, name, 0700) != 0 && errno != EEXIST && errno != ENOENT) {
      throw base::system_error(errno, "making a folder");
    }
    fd = base::UniqueFd(::openat(parent, name, kOpenFolder));
  }
  return fd;
}

bool is_symlink(int parent, const char* name) {
  struct stat info;
  return ::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

// One walk down. Empty when a folder is missing, be it because another thread just removed it.
base::UniqueFd walk(const std::filesystem::path& root, const std::filesystem::path& relative, Missing missing) {
  base::UniqueFd folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw base::system_error(errno, "opening the store's root");
  for (const auto& part : relative) {
    base::UniqueFd next = open_part(folder.get(), part.c_str(), missing);
    if (!next) {
      if (errno == ENOENT) return {};
      if (errno != ELOOP && errno != ENOTDIR) throw base::system_error(errno, "opening a folder");
      if (missing == Missing::told && !is_symlink(folder.get(), part.c_str())) return {};
      throw base::Error(base::ErrorKind::invalid_argument, "a part of the location is no folder");
    }
    folder = std::move(next);
  }
  return folder;
}

}  // namespace

base::UniqueFd open_folder(const std::filesystem::path& root, const std::filesystem::path& relative, Missing missing) {
  // remove() takes empty folders away, so a walk that makes them may lose one that it just passed.
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    base::UniqueFd folder = walk(root, relative, missing);
    if (folder || missing == Missing::told) return folder;
  }
  throw base::Error(base::ErrorKind::unavailable, "a folder vanishes as often as it is made");
}

}  // namespace boathouse::store
