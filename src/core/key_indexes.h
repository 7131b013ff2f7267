// SPDX-License-Identifier: Apache-2.0
// Indexes of data files by an upsert's key, so that replacing a few rows of a large table does not read the key of every
// row. A data file never changes, so an index stays right as long as it exists. They are derived: they lie in staging, are
// made by the ingest worker for large files that upserts keep scanning, and go with the process. Any thread.
#pragma once

#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/relation.h"
#include "engine/pool.h"

namespace boathouse::core {

class KeyIndexes {
 public:
  // Smaller files are as quickly scanned; larger ones would not fit into a worker's memory while their index is made.
  struct Limits {
    std::int64_t least_rows = 200'000;
    std::int64_t most_rows = 12'000'000;
    std::uint64_t max_bytes = 4ULL << 30;  // of all indexes; the least recently used make room
    std::size_t max_files = 64;            // of one look-up; the others are scanned
  };
  KeyIndexes() : KeyIndexes(Limits()) {}
  explicit KeyIndexes(const Limits& limits) : limits_(limits) {}

  // The indexes of the scan's files by these columns. The third look-up that meets a large file without one makes it, in
  // `folder`, where the lease may write; what cannot be made is left out. They exist as long as the result does.
  KeyIndexFiles of(engine::Lease& lease, store::ObjectStore& store, const iceberg::Scan& scan,
                   const iceberg::Schema& columns, const std::filesystem::path& folder);

 private:
  struct Known {
    std::string name;
    int lookups = 0;
    std::uint64_t bytes = 0;
    std::shared_ptr<const KeyIndexFile> index;
  };
  // The index, or nullptr; then `make` tells whether this look-up should make it.
  std::shared_ptr<const KeyIndexFile> find(const std::string& name, bool& make);
  void keep(const std::string& name, const std::shared_ptr<const KeyIndexFile>& index, std::uint64_t bytes);

  const Limits limits_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::list<Known> known_;  // most recently used first
  std::map<std::string_view, std::list<Known>::iterator> by_name_;
  std::uint64_t bytes_ = 0;
};

}  // namespace boathouse::core
