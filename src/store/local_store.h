// SPDX-License-Identifier: Apache-2.0
// A directory as an object store. Folders are made as needed (mode 0700, files 0600). Symlinks below the root are never
// followed. A crash in the middle of a put may leave a part of an object under a name that nothing refers to yet. Any
// thread; a few threads of its own run the parallel syncs.
#pragma once

#include <mutex>
#include <set>

#include "base/thread_pool.h"
#include "store/object_store.h"

namespace boathouse::store {

class LocalStore : public ObjectStore {
 public:
  // `directory` is made if missing, durably, and resolved to its real path. Throws base::Error as base/file.h says.
  explicit LocalStore(const std::filesystem::path& directory, std::size_t sync_threads = 4);

  const std::string& root() const override { return root_location_; }
  void put(const std::string& location, std::string_view bytes, Durability durability = Durability::now) override;
  void adopt(const std::filesystem::path& path, const std::string& location,
             Durability durability = Durability::now) override;
  void sync_all(std::span<const std::string> locations) override;
  std::string get(const std::string& location) override;
  std::uint64_t size(const std::string& location) override;
  bool exists(const std::string& location) override;
  bool remove(const std::string& location) override;
  std::vector<ObjectInfo> list(const std::string& prefix) override;
  std::optional<std::filesystem::path> local_path(const std::string& location) override;

 private:
  // A location split into the folder and the name of the object, both below the root.
  struct Place {
    std::filesystem::path folder;  // relative to the root, empty for the root itself
    std::string name;
  };
  Place place(std::string_view location) const;
  void sync_folder_and_entries(const std::filesystem::path& folder);
  std::set<std::filesystem::path> folders_to_sync(const std::set<std::filesystem::path>& parents);
  void remember_durable(const std::set<std::filesystem::path>& parents);
  void remove_empty_folders(std::filesystem::path folder);

  std::filesystem::path root_;
  std::string root_location_;
  const std::size_t sync_threads_;
  base::ThreadPool sync_pool_;

  // Guarded by durable_mutex_: folders (relative to the root) whose own entry in their parent is known to be on the disk.
  std::mutex durable_mutex_;
  std::set<std::filesystem::path> durable_;
};

}  // namespace boathouse::store
