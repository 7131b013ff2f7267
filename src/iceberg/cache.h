// SPDX-License-Identifier: Apache-2.0
// What was read or just written, parsed, by location: metadata, manifest lists, manifests. None of these files ever
// changes, so nothing here goes stale; the least recently used make room. Any thread.
#pragma once

#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "iceberg/manifest.h"
#include "iceberg/metadata.h"
#include "store/object_store.h"

namespace boathouse::iceberg {

class MetadataCache {
 public:
  // `max_bytes` bounds the estimated memory of all that is kept; something larger alone is not kept.
  MetadataCache(store::ObjectStore& store, std::size_t max_bytes);

  store::ObjectStore& store() const { return store_; }

  // From memory, or read and parsed. Throw what ObjectStore::get throws, and Error{internal} with code
  // "damaged-metadata" for a file that is not what it should be. The pointers stay valid when the cache forgets them.
  MetadataPtr metadata(const std::string& location);
  ManifestListPtr manifest_list(const std::string& location);
  ManifestPtr manifest(const ManifestFile& file);

  void remember(const std::string& location, MetadataPtr metadata);
  void remember(const std::string& location, ManifestListPtr list);
  void remember(const std::string& location, ManifestPtr manifest);
  void forget(const std::string& location);

  std::size_t bytes() const;

 private:
  using Parsed = std::variant<MetadataPtr, ManifestListPtr, ManifestPtr>;
  struct Item {
    std::string location;
    Parsed parsed;
    std::size_t bytes;
  };
  template <class Pointer>
  Pointer find(const std::string& location);
  void insert(const std::string& location, Parsed parsed, std::size_t bytes);

  store::ObjectStore& store_;
  const std::size_t max_bytes_;

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  std::list<Item> items_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Item>::iterator> by_location_;
  std::size_t bytes_ = 0;
};

}  // namespace boathouse::iceberg
