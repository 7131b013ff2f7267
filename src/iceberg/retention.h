// SPDX-License-Identifier: Apache-2.0
// Which versions may go, and which files a table still needs. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "iceberg/metadata.h"
#include "store/object_store.h"

namespace boathouse::iceberg {

struct Retention {
  std::int64_t keep_versions = 1;             // of each branch, its head included
  std::optional<std::int64_t> older_than_ms;  // nullopt: versions stay forever
};

// The versions that are beyond `keep_versions` of every branch that has them and were made at `older_than_ms` or before.
// Heads of branches and tags are never among them. Pure.
std::vector<SnapshotId> expirable(const TableMetadata& metadata, const Retention& retention);

// The files that versions of a table need (iceberg/needed_files.h), remembered by a hash of their location, so that the set
// stays small beside the table; should two ever share one, a file that could go stays.
class ReachableFiles {
 public:
  explicit ReachableFiles(store::ObjectStore& store) : store_(store) {}

  // Adds what `metadata` needs; what was added before is not read again. `pause` is called now and then and may throw.
  // Throws what ObjectStore::get throws, and Error{internal} with code "damaged-metadata".
  void add(const TableMetadata& metadata, const std::function<void()>& pause);

  bool contains(std::string_view location) const { return files_.contains(hash(location)); }

 private:
  static std::size_t hash(std::string_view location);

  store::ObjectStore& store_;
  std::unordered_set<std::size_t> files_;
};

}  // namespace boathouse::iceberg
