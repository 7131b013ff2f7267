// SPDX-License-Identifier: Apache-2.0
// Objects in memory, for tests and for whoever needs a store without a disk. Same rules as LocalStore. Any thread.
#pragma once

#include <map>
#include <mutex>

#include "store/object_store.h"

namespace boathouse::store {

class MemoryStore : public ObjectStore {
 public:
  explicit MemoryStore(std::string root = "file:///memory");

  const std::string& root() const override { return root_; }
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
  struct Object {
    std::string bytes;
    base::Micros modified;
  };
  std::string resolve(std::string_view location) const;

  const std::string root_;
  // Guarded by mutex_:
  std::mutex mutex_;
  std::map<std::string, Object> objects_;
};

}  // namespace boathouse::store
