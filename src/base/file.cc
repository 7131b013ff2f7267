// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_read.h"
#include "base/ids.h"
#include "base/sync_times.h"

namespace boathouse::base {
namespace fs = std::filesystem;
namespace {

Durations the_sync_times;

int timed_sync(int fd, int (*sync)(int) = ::fsync) {
  Timing timing(the_sync_times);
  return sync(fd);
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd open_for_read(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw system_error(errno, "opening " + path.filename().string());
  return fd;
}

UniqueFd create_file(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) throw system_error(errno, "creating " + path.filename().string());
  return fd;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0) {
      if (errno == EINTR) continue;
      throw system_error(errno, "writing a file");
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::string read_file(const fs::path& path) {
  UniqueFd fd = open_for_read(path);
  struct stat info;
  const std::string what = "reading " + path.filename().string();
  if (::fstat(fd.get(), &info) != 0) throw system_error(errno, what);
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  bytes.resize(read_all(fd.get(), bytes, what.c_str()));
  return bytes;
}

std::uint64_t file_size(const fs::path& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) throw system_error(errno, "looking at " + path.filename().string());
  return static_cast<std::uint64_t>(info.st_size);
}

void sync_file(int fd) {
  if (timed_sync(fd) != 0) throw system_error(errno, "syncing a file");
}

void sync_data(int fd) {
  if (timed_sync(fd, ::fdatasync) != 0) throw system_error(errno, "syncing a file");
}

const Durations& sync_times() { return the_sync_times; }

void sync_file(const fs::path& path) { sync_file(open_for_read(path).get()); }

void sync_directory(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error(errno, "opening a directory");
  if (timed_sync(fd.get()) != 0) throw system_error(errno, "syncing a directory");
}

void replace_file_durably(const fs::path& path, std::string_view bytes) {
  fs::path temporary = path;
  temporary += "." + uuid_v4() + ".tmp";
  try {
    UniqueFd fd = create_file(temporary);
    write_all(fd.get(), bytes);
    sync_file(fd.get());
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw system_error(errno, "renaming a file");
  } catch (...) {
    remove_quietly(temporary);
    throw;
  }
  sync_directory(path.parent_path());
}

void make_directories_durably(const fs::path& path) {
  struct stat info;
  if (path.empty() || ::stat(path.c_str(), &info) == 0) return;
  make_directories_durably(path.parent_path());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw system_error(errno, "creating a directory");
  sync_directory(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

void move_file_durably(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw system_error(errno, "moving a file");
  sync_directory(to.parent_path());
  if (from.parent_path() != to.parent_path()) sync_directory(from.parent_path());
}

void remove_quietly(const fs::path& path) noexcept { ::unlink(path.c_str()); }

TemporaryFolder::TemporaryFolder(const fs::path& parent, std::string_view prefix)
    : path_(parent / (std::string(prefix) + uuid_v4())) {
  if (::mkdir(path_.c_str(), 0700) != 0) throw system_error(errno, "creating a temporary directory");
}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace boathouse::base
