// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"

#include "base/error.h"
#include "base/file.h"
#include "store/location.h"

namespace boathouse::store {
using base::Error;
using base::ErrorKind;

MemoryStore::MemoryStore(std::string root) : root_(location_of(path_of(root))) {}

// The one spelling of a location under which its object is kept.
std::string MemoryStore::resolve(std::string_view location) const {
  std::string plain = location_of(path_of(location));
  if (!plain.starts_with(root_ + "/")) {
    throw Error(ErrorKind::invalid_argument, "the location lies outside the store");
  }
  return plain;
}

void MemoryStore::put(const std::string& location, std::string_view bytes, Durability) {
  std::string key = resolve(location);
  std::lock_guard lock(mutex_);
  if (!objects_.try_emplace(key, Object{std::string(bytes), base::now_micros()}).second) {
    throw Error(ErrorKind::already_exists, "the object exists already");
  }
}

void MemoryStore::adopt(const std::filesystem::path& path, const std::string& location, Durability durability) {
  put(location, base::read_file(path), durability);
  base::remove_quietly(path);
}

void MemoryStore::sync_all(std::span<const std::string> locations) {
  for (const std::string& location : locations) size(location);
}

std::string MemoryStore::get(const std::string& location) {
  std::string key = resolve(location);
  std::lock_guard lock(mutex_);
  auto found = objects_.find(key);
  if (found == objects_.end()) throw Error(ErrorKind::not_found, "there is no such object");
  return found->second.bytes;
}

std::uint64_t MemoryStore::size(const std::string& location) { return get(location).size(); }

bool MemoryStore::exists(const std::string& location) {
  std::string key = resolve(location);
  std::lock_guard lock(mutex_);
  return objects_.contains(key);
}

bool MemoryStore::remove(const std::string& location) {
  std::string key = resolve(location);
  std::lock_guard lock(mutex_);
  return objects_.erase(key) > 0;
}

std::vector<ObjectInfo> MemoryStore::list(const std::string& prefix) {
  std::string start = location_of(path_of(prefix));
  if (start != root_) start = resolve(prefix);
  std::vector<ObjectInfo> found;
  std::lock_guard lock(mutex_);
  for (auto it = objects_.lower_bound(start); it != objects_.end() && it->first.starts_with(start); ++it) {
    if (it->first.size() > start.size() && it->first[start.size()] != '/') continue;
    found.push_back({it->first, it->second.bytes.size(), it->second.modified});
  }
  return found;
}

std::optional<std::filesystem::path> MemoryStore::local_path(const std::string& location) {
  resolve(location);
  return std::nullopt;
}

}  // namespace boathouse::store
