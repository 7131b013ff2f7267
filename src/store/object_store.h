// SPDX-License-Identifier: Apache-2.0
// The port to where tables lie: immutable objects under a root location. Implementations: LocalStore (a directory),
// MemoryStore and FaultyStore (tests). Every function may be called from any thread.
//
// An object is written once and never changed. Outcomes, all thrown as base::Error:
//   invalid_argument   the location is malformed, outside the root, has a ".." part or passes through a symlink
//   not_found          there is no such object
//   already_exists     put or adopt onto an object that exists; the old one is untouched
//   storage_full       no space or quota left; nothing remains under the new name
//   too_large          get of an object past kMaxObjectBytes
//   unavailable        the disk or service fails now. After a failed put nothing remains under the name. After a failed
//                      sync nothing may be assumed about the files named: write new ones, never sync them again
//   unknown_outcome    put, adopt or remove may or may not have happened (a shared store that did not answer). The object,
//                      if it is there, is whole. Names are unique, so the caller forgets it and writes another
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace boathouse::store {

// Whole objects pass through memory only up to this size: metadata, never data.
inline constexpr std::uint64_t kMaxObjectBytes = 1ULL << 30;

// `now`: durable when the call returns. `later`: readable at once, durable after sync_all() names it.
enum class Durability { now, later };

struct ObjectInfo {
  std::string location;
  std::uint64_t size = 0;
  base::Micros modified = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // The location that all others lie under, without a trailing '/'.
  virtual const std::string& root() const = 0;

  virtual void put(const std::string& location, std::string_view bytes, Durability durability = Durability::now) = 0;

  // Moves the local file `path` into the store as a new object: a rename where that is possible, otherwise a copy whose
  // source is removed. On an error the file is still at `path`, unless only the sync failed: then it is the object.
  virtual void adopt(const std::filesystem::path& path, const std::string& location,
                     Durability durability = Durability::now) = 0;

  // Makes objects and the directory entries that lead to them durable, in parallel. All or an error.
  virtual void sync_all(std::span<const std::string> locations) = 0;

  virtual std::string get(const std::string& location) = 0;
  virtual std::uint64_t size(const std::string& location) = 0;
  virtual bool exists(const std::string& location) = 0;

  // Removes an object; false when there was none. Folders left empty go too, up to the root.
  virtual bool remove(const std::string& location) = 0;

  // Every object whose location is `prefix` or lies under it as a folder, sorted by location.
  virtual std::vector<ObjectInfo> list(const std::string& prefix) = 0;

  // Where the object lies as a file of this machine, for the engine; nullopt when the store has no such files. The
  // object need not exist.
  virtual std::optional<std::filesystem::path> local_path(const std::string& location) = 0;
};

// Removes what can be removed and keeps quiet about the rest: for cleaning up after a failure.
void remove_all_quietly(ObjectStore& store, std::span<const std::string> locations) noexcept;

}  // namespace boathouse::store
