// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "iceberg/bounds.h"
#include "iceberg/change.h"
#include "iceberg/scan.h"
#include "store/faulty_store.h"
#include "store/location.h"
#include "store/memory_store.h"

namespace boathouse::iceberg::testing {

template <class Call>
std::optional<base::ErrorKind> kind_of(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const base::Error& error) {
    return error.kind();
  }
}

// True when the call ends in the error that damaged metadata gives.
template <class Call>
bool is_damaged(Call call) {
  try {
    call();
    return false;
  } catch (const base::Error& error) {
    return error.code() == "damaged-metadata";
  }
}

inline Value value_of(const Type& type, std::string_view text) { return value_from_text(type, text).value(); }
inline Type type_of(std::string_view text) { return Type::parse(text); }

// id int (required), name string, at timestamptz, day date.
inline Schema people() {
  return Schema(0, {{1, "id", type_of("int"), true, ""},
                    {2, "name", type_of("string"), false, ""},
                    {3, "at", type_of("timestamptz"), false, ""},
                    {4, "day", type_of("date"), false, ""}});
}

// A table that is changed by prepare() and whose pointer simply follows.
class Table {
 public:
  Table(MetadataCache& cache, const Schema& schema, const std::vector<std::string>& partition = {},
        const std::string& name = "t")
      : cache_(cache) {
    metadata_ = std::make_shared<const TableMetadata>(create_table(store::join(cache.store().root(), name), schema,
                                                                   parse_partition_spec(partition, schema), {},
                                                                   base::uuid_v4(), 1'700'000'000'000));
    commit(Change{});
  }

  const TableMetadata& operator*() const { return *metadata_; }
  const TableMetadata* operator->() const { return metadata_.get(); }
  const MetadataPtr& metadata() const { return metadata_; }
  const std::string& location() const { return location_; }
  MetadataCache& cache() const { return cache_; }

  PreparedMetadata commit(Change change) {
    if (change.at == 0) change.at = (metadata_->last_updated_ms + 1000) * base::kMillisecond;
    PreparedMetadata prepared = prepare(cache_, metadata_, location_, change);
    cache_.store().sync_all(prepared.written);
    metadata_ = prepared.metadata;
    location_ = prepared.location;
    return prepared;
  }

  SnapshotId commit(SnapshotChange snapshot) {
    snapshot.id = base::new_snapshot_id();
    Change change;
    change.snapshots.push_back(snapshot);
    commit(change);
    return snapshot.id;
  }

  DataFile file(const std::string& name, std::int64_t rows = 10, PartitionTuple partition = {}) const {
    DataFile made;
    made.path = store::join(metadata_->location, "data/" + name + ".parquet");
    made.spec_id = metadata_->default_spec_id;
    made.partition = std::move(partition);
    made.record_count = rows;
    made.file_size = rows * 100;
    return made;
  }
  DataFile deletes(const std::string& name, const std::vector<DataFile>& from, std::int64_t rows = 1) const {
    DataFile made = file(name, rows, from.at(0).partition);
    made.content = FileContent::position_deletes;
    made.spec_id = from.at(0).spec_id;
    set_deleted_from(made, from.front().path, from.back().path);
    return made;
  }

  SnapshotId append(const std::vector<DataFile>& files) {
    SnapshotChange change;
    change.added_data = files;
    return commit(change);
  }

  // The paths of a snapshot's data files, each with the paths of its deletes, sorted.
  std::map<std::string, std::vector<std::string>> files(const Predicate& predicate = {},
                                                        const SnapshotPtr& snapshot = nullptr) const {
    std::map<std::string, std::vector<std::string>> found;
    Scan scan = plan_scan(cache_, metadata_, snapshot ? snapshot : metadata_->current_snapshot(), predicate);
    for (const ScanFile& each : scan.files) {
      std::vector<std::string>& deletes_of = found[short_name(each.data->file.path)];
      for (const EntryPtr& entry : each.deletes) deletes_of.push_back(short_name(entry->file.path));
    }
    return found;
  }
  // The data files of the current snapshot in the order of a scan.
  std::vector<std::string> ordered() const {
    std::vector<std::string> found;
    for (const ScanFile& each : plan_scan(cache_, metadata_, metadata_->current_snapshot()).files) {
      found.push_back(short_name(each.data->file.path));
    }
    return found;
  }
  std::vector<std::string> names(const Predicate& predicate = {}, const SnapshotPtr& snapshot = nullptr) const {
    std::vector<std::string> found;
    for (const auto& [name, deletes_of] : files(predicate, snapshot)) found.push_back(name);
    return found;
  }

 private:
  static std::string short_name(const std::string& path) {
    std::size_t slash = path.rfind('/');
    return path.substr(slash + 1, path.size() - slash - 1 - std::string_view(".parquet").size());
  }

  MetadataCache& cache_;
  MetadataPtr metadata_;
  std::string location_;
};

using Names = std::vector<std::string>;

// Tests of tables in a store that can be made to fail.
class StoreTest : public ::testing::Test {
 protected:
  store::MemoryStore memory{"file:///warehouse"};
  store::FaultyStore store{memory};
  MetadataCache cache{store, 64 << 20};
};

}  // namespace boathouse::iceberg::testing
