// SPDX-License-Identifier: Apache-2.0
// Files with their errors told: every function throws system_error() (storage_full when the disk is full). "Durable"
// means that the bytes and the directory entry are fsynced before the function returns. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace boathouse::base {

// Owns a file descriptor; closes it when destroyed.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

UniqueFd open_for_read(const std::filesystem::path& path);
// Creates a new file, mode 0600; fails when it exists.
UniqueFd create_file(const std::filesystem::path& path);
void write_all(int fd, std::string_view bytes);
std::string read_file(const std::filesystem::path& path);
std::uint64_t file_size(const std::filesystem::path& path);

void sync_file(int fd);
void sync_file(const std::filesystem::path& path);
// Of a file whose size was synced before: its bytes alone, which is quicker.
void sync_data(int fd);
void sync_directory(const std::filesystem::path& path);

// Writes a new file beside `path`, syncs it, renames it over `path` and syncs the directory: readers see the old or the
// new content, whole. Mode 0600.
void replace_file_durably(const std::filesystem::path& path, std::string_view bytes);

// Makes the directory and its missing parents (mode 0700), each entry synced.
void make_directories_durably(const std::filesystem::path& path);

// Renames within one file system and syncs both directories.
void move_file_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Removes a file if it is there; never throws.
void remove_quietly(const std::filesystem::path& path) noexcept;

// A folder that is removed with all it holds when this goes away.
class TemporaryFolder {
 public:
  // Makes `parent/<prefix><uuid>`, mode 0700.
  explicit TemporaryFolder(const std::filesystem::path& parent, std::string_view prefix = "");
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace boathouse::base
