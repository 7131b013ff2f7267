// SPDX-License-Identifier: Apache-2.0
// Changes that fail, by conflict, contradiction, fault or damage, and leave nothing behind.
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

using FailedChangeTest = StoreTest;

TEST_F(FailedChangeTest, ConflictsLeaveNothingBehind) {
  Table table(cache, people());
  table.append({table.file("a")});
  std::size_t before = store.list(store.root()).size();
  SnapshotChange change;
  change.added_data = {table.file("b")};
  change.removed_files = {"file:///warehouse/t/data/none.parquet"};
  EXPECT_EQ(kind_of([&] { table.commit(change); }), ErrorKind::conflict);
  change.removed_files = {};
  change.required_files = {table.file("a").path, table.file("gone").path};
  EXPECT_EQ(kind_of([&] { table.commit(change); }), ErrorKind::conflict);
  EXPECT_EQ(store.list(store.root()).size(), before);
  change.required_files = {table.file("a").path};
  table.commit(change);
  EXPECT_EQ(table.names(), (Names{"a", "b"}));
}

TEST_F(FailedChangeTest, FailuresLeaveNothingBehind) {
  Table table(cache, people());
  table.append({table.file("a")});
  std::size_t before = store.list(store.root()).size();
  SnapshotChange change;
  change.added_data = {table.file("b")};
  for (int nth = 1; nth <= 3; ++nth) {
    store.fail_write(nth, store::Fault::disk_full);
    EXPECT_EQ(kind_of([&] { table.commit(change); }), ErrorKind::storage_full) << nth;
    EXPECT_EQ(store.list(store.root()).size(), before) << nth;
  }
  store.heal();
  table.commit(change);
  EXPECT_EQ(store.list(store.root()).size(), before + 3);
  EXPECT_EQ(table.names(), (Names{"a", "b"}));
}

TEST_F(FailedChangeTest, DiscardRemovesWhatWasPrepared) {
  Table table(cache, people());
  std::size_t before = store.list(store.root()).size();
  Change change;
  change.snapshots.push_back({});
  change.snapshots[0].id = 5;
  change.snapshots[0].added_data = {table.file("a")};
  PreparedMetadata prepared = prepare(cache, table.metadata(), table.location(), change);
  EXPECT_EQ(prepared.written.size(), 3U);
  EXPECT_EQ(prepared.written.back(), prepared.location);
  EXPECT_EQ(store.list(store.root()).size(), before + 3);
  discard(cache, prepared);
  EXPECT_EQ(store.list(store.root()).size(), before);
  EXPECT_EQ(kind_of([&] { cache.metadata(prepared.location); }), ErrorKind::not_found);
}

TEST_F(FailedChangeTest, ChangesThatContradictThemselves) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a")});
  auto refused = [&](Change change) {
    return kind_of([&] { prepare(cache, table.metadata(), table.location(), change); }) == ErrorKind::invalid_argument;
  };
  auto snapshot = [](SnapshotChange each) {
    Change change;
    change.snapshots.push_back(each);
    return change;
  };
  SnapshotChange change;
  change.id = 1;
  EXPECT_FALSE(refused(snapshot(change)));
  change.id = first;
  EXPECT_TRUE(refused(snapshot(change)));
  change.id = 0;
  EXPECT_TRUE(refused(snapshot(change)));
  change.id = 1;
  change.restore = 99;
  EXPECT_TRUE(refused(snapshot(change)));
  change.restore.reset();
  change.added_deletes = {table.file("not-deletes")};
  EXPECT_TRUE(refused(snapshot(change)));
  change.added_deletes = {};
  change.added_data = {table.file("x")};
  change.added_data[0].spec_id = 9;
  EXPECT_TRUE(refused(snapshot(change)));
  change.added_data = {table.file("x", 1, {Value(1)})};
  EXPECT_TRUE(refused(snapshot(change)));
  Change refs;
  refs.refs = {{"main", std::nullopt}};
  EXPECT_TRUE(refused(refs));
  refs.refs = {{"main", SnapshotRef{first, SnapshotRef::Kind::tag, {}, {}, {}}}};
  EXPECT_TRUE(refused(refs));
  refs.refs = {{"b", SnapshotRef{99, SnapshotRef::Kind::branch, {}, {}, {}}}};
  EXPECT_TRUE(refused(refs));
  refs.refs = {{"", SnapshotRef{first, SnapshotRef::Kind::branch, {}, {}, {}}}};
  EXPECT_TRUE(refused(refs));
}

TEST_F(FailedChangeTest, DamagedFilesAreTold) {
  Table table(cache, people());
  table.append({table.file("a")});
  SnapshotPtr head = table->current_snapshot();
  ManifestFile manifest = cache.manifest_list(head->manifest_list())->at(0);
  for (const std::string& location : {table.location(), head->manifest_list(), manifest.path}) {
    std::string bytes = store.get(location);
    store.remove(location);
    store.put(location, bytes.substr(0, bytes.size() / 2));
    MetadataCache fresh(store, 1 << 20);
    EXPECT_TRUE(is_damaged([&] {
      MetadataPtr metadata = fresh.metadata(table.location());
      plan_scan(fresh, metadata, metadata->current_snapshot());
    })) << location;
    store.remove(location);
    store.put(location, bytes);
  }
}

}  // namespace
}  // namespace boathouse::iceberg
