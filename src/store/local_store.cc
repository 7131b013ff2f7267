// SPDX-License-Identifier: Apache-2.0
#include "store/local_store.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_read.h"
#include "store/folders.h"
#include "store/location.h"
#include "store/parallel.h"

namespace boathouse::store {
namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

namespace {

// Past this many remembered folders the set starts anew; that costs an extra sync a folder, nothing else.
constexpr std::size_t kMostDurableFolders = 200'000;
constexpr std::size_t kQueuedSyncs = 1024;

Error missing() { return Error(ErrorKind::not_found, "there is no such object"); }

base::UniqueFd create_in(int folder, const std::string& name) {
  base::UniqueFd fd(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd && errno == EEXIST) throw Error(ErrorKind::already_exists, "the object exists already");
  if (!fd && errno != ENOENT) throw base::system_error(errno, "creating an object");
  return fd;
}

void copy_bytes(int from, int to) {
  for (;;) {
    ssize_t sent = ::sendfile(to, from, nullptr, 1 << 30);
    if (sent == 0) return;
    if (sent < 0 && errno != EINTR) throw base::system_error(errno, "copying a file");
  }
}

// `path` as `name` in `folder`, by a rename or, from another file system, by a copy. False when the folder is gone.
bool move_in(const fs::path& path, int folder, const std::string& name, bool synced) {
  if (::renameat2(AT_FDCWD, path.c_str(), folder, name.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == ENOENT) return false;
  if (errno == EEXIST) throw Error(ErrorKind::already_exists, "the object exists already");
  if (errno != EXDEV) throw base::system_error(errno, "moving a file into the store");
  base::UniqueFd source = base::open_for_read(path);
  base::UniqueFd target = create_in(folder, name);
  if (!target) return false;
  try {
    copy_bytes(source.get(), target.get());
    if (synced) base::sync_file(target.get());
  } catch (...) {
    ::unlinkat(folder, name.c_str(), 0);
    throw;
  }
  base::remove_quietly(path);
  return true;
}

// Calls `attempt` with the folder, made if need be. It gives false when remove() took the folder away in between because
// it was empty, and is then tried again: once something lies in it, it stays.
template <class Attempt>
base::UniqueFd in_folder(const fs::path& root, const fs::path& folder, Attempt attempt) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    base::UniqueFd fd = open_folder(root, folder, Missing::created);
    if (attempt(fd.get())) return fd;
  }
  throw Error(ErrorKind::unavailable, "the object's folder vanishes as often as it is made");
}

void sync_folder(const fs::path& root, const fs::path& folder) {
  base::UniqueFd fd = open_folder(root, folder, Missing::told);
  if (!fd) throw missing();
  base::sync_file(fd.get());
}

base::UniqueFd open_object(int folder, const std::string& name, struct stat& info) {
  base::UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT) throw missing();
  if (!fd && errno == ELOOP) throw Error(ErrorKind::invalid_argument, "the location is a symlink");
  if (!fd || ::fstat(fd.get(), &info) != 0) throw base::system_error(errno, "opening an object");
  if (!S_ISREG(info.st_mode)) throw missing();
  return fd;
}

// Whoever writes a table's metadata keeps it parsed and writes another at the next commit, a megabyte where there are ten
// thousand versions: the system may have its pages for that one, which costs less than pages it has not used yet.
void give_pages_back(int fd, std::string_view name) {
  if (name.ends_with(".metadata.json")) ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

std::string read_whole(int fd, std::uint64_t size) {
  if (size > kMaxObjectBytes) throw Error(ErrorKind::too_large, "the object is too large to be read whole");
  std::string bytes(size, '\0');
  if (base::read_all(fd, bytes, "reading an object") < size) {
    throw Error(ErrorKind::unavailable, "the object became shorter while it was read");
  }
  return bytes;
}

}  // namespace

LocalStore::LocalStore(const fs::path& directory, std::size_t sync_threads)
    : sync_threads_(sync_threads), sync_pool_(sync_threads, kQueuedSyncs) {
  base::make_directories_durably(directory);
  std::error_code error;
  root_ = fs::canonical(directory, error);
  if (error) throw base::system_error(error.value(), "resolving the store's root");
  root_location_ = location_of(root_);
}

LocalStore::Place LocalStore::place(std::string_view location) const {
  fs::path path = path_of(location);
  fs::path relative = path.lexically_relative(root_);
  if (relative.empty() || *relative.begin() == ".." || relative == ".") {
    throw Error(ErrorKind::invalid_argument, "the location lies outside the store");
  }
  return {relative.parent_path(), relative.filename().native()};
}

void LocalStore::put(const std::string& location, std::string_view bytes, Durability durability) {
  Place at = place(location);
  base::UniqueFd file;
  base::UniqueFd folder = in_folder(root_, at.folder, [&](int fd) {
    file = create_in(fd, at.name);
    return static_cast<bool>(file);
  });
  try {
    base::write_all(file.get(), bytes);
    if (durability == Durability::now) {
      base::sync_file(file.get());
      sync_folder_and_entries(at.folder);
    }
  } catch (...) {
    ::unlinkat(folder.get(), at.name.c_str(), 0);
    throw;
  }
}

void LocalStore::adopt(const fs::path& path, const std::string& location, Durability durability) {
  Place at = place(location);
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0) throw base::system_error(errno, "looking at the file to adopt");
  if (!S_ISREG(info.st_mode)) throw Error(ErrorKind::invalid_argument, "only a regular file can be adopted");
  // The bytes first: once the file has its new name, only the entry remains to be synced.
  bool now = durability == Durability::now;
  if (now) base::sync_file(path);
  in_folder(root_, at.folder, [&](int fd) { return move_in(path, fd, at.name, now); });
  if (now) sync_folder_and_entries(at.folder);
}

void LocalStore::sync_folder_and_entries(const fs::path& folder) {
  for (const fs::path& each : folders_to_sync({folder})) sync_folder(root_, each);
  remember_durable({folder});
}

// The folders whose entries are new: the parents themselves, and the parent of each folder above that this process has
// not yet seen on the disk.
std::set<fs::path> LocalStore::folders_to_sync(const std::set<fs::path>& parents) {
  std::set<fs::path> folders = parents;
  std::lock_guard lock(durable_mutex_);
  if (durable_.size() > kMostDurableFolders) durable_.clear();
  for (const fs::path& parent : parents) {
    for (fs::path at = parent; !at.empty() && !durable_.contains(at); at = at.parent_path()) {
      folders.insert(at.parent_path());
    }
  }
  return folders;
}

void LocalStore::sync_all(std::span<const std::string> locations) {
  std::set<fs::path> parents;
  std::vector<std::function<void()>> tasks;
  for (const std::string& location : locations) {
    Place at = place(location);
    parents.insert(at.folder);
    tasks.push_back([this, at] {
      base::UniqueFd folder = open_folder(root_, at.folder, Missing::told);
      struct stat info;
      if (!folder) throw missing();
      base::UniqueFd file = open_object(folder.get(), at.name, info);
      base::sync_file(file.get());
      give_pages_back(file.get(), at.name);
    });
  }
  for (const fs::path& folder : folders_to_sync(parents)) {
    tasks.push_back([this, folder] { sync_folder(root_, folder); });
  }
  run_parallel(sync_pool_, sync_threads_, tasks);
  remember_durable(parents);
}

void LocalStore::remember_durable(const std::set<fs::path>& parents) {
  std::lock_guard lock(durable_mutex_);
  for (const fs::path& parent : parents) {
    for (fs::path at = parent; !at.empty() && durable_.insert(at).second; at = at.parent_path()) {
    }
  }
}

std::string LocalStore::get(const std::string& location) {
  Place at = place(location);
  base::UniqueFd folder = open_folder(root_, at.folder, Missing::told);
  if (!folder) throw missing();
  struct stat info;
  base::UniqueFd file = open_object(folder.get(), at.name, info);
  return read_whole(file.get(), static_cast<std::uint64_t>(info.st_size));
}

std::uint64_t LocalStore::size(const std::string& location) {
  Place at = place(location);
  base::UniqueFd folder = open_folder(root_, at.folder, Missing::told);
  struct stat info;
  if (!folder) throw missing();
  if (::fstatat(folder.get(), at.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) throw missing();
    throw base::system_error(errno, "looking at an object");
  }
  if (S_ISLNK(info.st_mode)) throw Error(ErrorKind::invalid_argument, "the location is a symlink");
  if (!S_ISREG(info.st_mode)) throw missing();
  return static_cast<std::uint64_t>(info.st_size);
}

bool LocalStore::exists(const std::string& location) {
  try {
    size(location);
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return false;
    throw;
  }
}

bool LocalStore::remove(const std::string& location) {
  Place at = place(location);
  base::UniqueFd folder = open_folder(root_, at.folder, Missing::told);
  if (!folder) return false;
  if (::unlinkat(folder.get(), at.name.c_str(), 0) != 0) {
    if (errno == ENOENT || errno == EISDIR) return false;
    throw base::system_error(errno, "removing an object");
  }
  remove_empty_folders(at.folder);
  return true;
}

void LocalStore::remove_empty_folders(fs::path folder) {
  for (; !folder.empty(); folder = folder.parent_path()) {
    base::UniqueFd parent = open_folder(root_, folder.parent_path(), Missing::told);
    if (!parent) continue;
    // Together under the lock: nobody may take a folder made anew for the durable one that went.
    std::lock_guard lock(durable_mutex_);
    if (::unlinkat(parent.get(), folder.filename().c_str(), AT_REMOVEDIR) != 0) return;
    durable_.erase(folder);
  }
}

std::vector<ObjectInfo> LocalStore::list(const std::string& prefix) {
  std::vector<ObjectInfo> found;
  bool whole = path_of(prefix) == root_;
  fs::path start = whole ? root_ : root_ / place(prefix).folder / place(prefix).name;
  auto add = [&](const fs::path& path) {
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
    found.push_back({location_of(path), static_cast<std::uint64_t>(info.st_size),
                     info.st_mtim.tv_sec * base::kSecond + info.st_mtim.tv_nsec / 1000});
  };
  // Through the walk that follows no symlink, so that a listing does not leave the root either.
  if (!whole) {
    base::UniqueFd folder = open_folder(root_, place(prefix).folder, Missing::told);
    if (!folder) return found;
  }
  add(start);
  std::error_code error;
  if (!fs::is_symlink(start, error)) {
    // Files that vanish meanwhile are simply not listed.
    for (fs::recursive_directory_iterator it(start, error), end; !error && it != end; it.increment(error)) {
      add(it->path());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory) {
    throw base::system_error(error.value(), "listing a folder");
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.location < b.location; });
  return found;
}

std::optional<fs::path> LocalStore::local_path(const std::string& location) {
  Place at = place(location);
  return root_ / at.folder / at.name;
}

}  // namespace boathouse::store
