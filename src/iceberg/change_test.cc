// SPDX-License-Identifier: Apache-2.0
// What prepare() makes of a change.
#include <algorithm>

#include "iceberg/evolve.h"
#include "iceberg/history.h"
#include "iceberg/metadata_json.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

class ChangeTest : public StoreTest {
 protected:
  // The current snapshot's summary, as numbers and texts.
  static std::string figure(const Table& table, const char* key) {
    auto summary = table->current_snapshot()->summary();
    auto found = summary.find(key);
    return found == summary.end() ? "-" : found->second;
  }
  // Read back from the store alone: what was remembered must be what was written.
  Names names_from_disk(const Table& table) {
    MetadataCache fresh(store, 1 << 20);
    MetadataPtr metadata = fresh.metadata(table.location());
    EXPECT_EQ(metadata_to_json(*metadata), metadata_to_json(*table));
    Names names;
    for (const ScanFile& file : plan_scan(fresh, metadata, metadata->current_snapshot()).files) {
      std::string path = file.data->file.path;
      names.push_back(path.substr(path.rfind('/') + 1));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(ChangeTest, ANewTableIsWrittenOnce) {
  Table table(cache, people());
  EXPECT_TRUE(table.location().starts_with("file:///warehouse/t/metadata/00000-"));
  EXPECT_TRUE(table.location().ends_with(".metadata.json"));
  EXPECT_EQ(table->current_snapshot(), nullptr);
  EXPECT_TRUE(table->metadata_log.empty());
  EXPECT_TRUE(table.names().empty());
}

TEST_F(ChangeTest, AppendsCountAndKeepTheirNumbers) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a", 10), table.file("b", 5)});
  SnapshotId second = table.append({table.file("c", 1)});
  EXPECT_EQ(table.names(), (Names{"a", "b", "c"}));
  EXPECT_EQ(names_from_disk(table), (Names{"a.parquet", "b.parquet", "c.parquet"}));
  EXPECT_TRUE(table.location().starts_with("file:///warehouse/t/metadata/00002-"));
  SnapshotPtr head = table->current_snapshot();
  EXPECT_EQ(head->id(), second);
  EXPECT_EQ(head->parent_id(), first);
  EXPECT_EQ(head->operation(), Operation::append);
  EXPECT_EQ(head->sequence_number(), 2);
  EXPECT_EQ(head->schema_id(), 0);
  EXPECT_EQ(figure(table, "added-data-files"), "1");
  EXPECT_EQ(figure(table, "added-records"), "1");
  EXPECT_EQ(figure(table, "added-files-size"), "100");
  EXPECT_EQ(figure(table, "deleted-data-files"), "-");
  EXPECT_EQ(figure(table, "total-records"), "16");
  EXPECT_EQ(figure(table, "total-data-files"), "3");
  EXPECT_EQ(figure(table, "total-files-size"), "1600");
  EXPECT_EQ(figure(table, "total-delete-files"), "0");
  EXPECT_EQ(table->snapshot_log.size(), 2U);
  EXPECT_EQ(table->metadata_log.size(), 2U);
  EXPECT_EQ(table->last_sequence_number, 2);

  MetadataCache fresh(store, 1 << 20);
  ManifestListPtr list = fresh.manifest_list(head->manifest_list());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].added_snapshot_id, second);
  EXPECT_EQ((*list)[0].sequence_number, 2);
  EXPECT_EQ((*list)[1].min_sequence_number, 1);
  EXPECT_EQ((*list)[1].added_rows, 15);
  EXPECT_EQ(static_cast<std::uint64_t>((*list)[1].length), store.size((*list)[1].path));
  EXPECT_EQ(fresh.manifest((*list)[1])->entries[0].sequence_number, 1);
}

TEST_F(ChangeTest, RemovalsAreToldOnceAndThenForgotten) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a", 10), table.file("b", 5)});
  SnapshotChange change;
  change.removed_files = {table.file("a").path};
  SnapshotId second = table.commit(change);
  EXPECT_EQ(table.names(), Names{"b"});
  EXPECT_EQ(table->current_snapshot()->operation(), Operation::delete_);
  EXPECT_EQ(figure(table, "deleted-data-files"), "1");
  EXPECT_EQ(figure(table, "deleted-records"), "10");
  EXPECT_EQ(figure(table, "removed-files-size"), "1000");
  EXPECT_EQ(figure(table, "total-records"), "5");
  EXPECT_EQ(figure(table, "total-files-size"), "500");
  ManifestFile rewritten = cache.manifest_list(table->current_snapshot()->manifest_list())->at(0);
  EXPECT_EQ(rewritten.deleted_files, 1);
  EXPECT_EQ(rewritten.existing_files, 1);
  EXPECT_EQ(rewritten.min_sequence_number, 1);
  MetadataCache fresh(store, 1 << 20);
  ManifestPtr manifest = fresh.manifest(rewritten);
  EXPECT_EQ(manifest->entries[0].status, EntryStatus::deleted);
  EXPECT_EQ(manifest->entries[0].snapshot_id, second);
  EXPECT_EQ(manifest->entries[0].sequence_number, 1);
  EXPECT_EQ(manifest->entries[1].status, EntryStatus::existing);
  EXPECT_EQ(manifest->entries[1].snapshot_id, first);
  EXPECT_EQ(manifest->entries[1].file_sequence_number, 1);
  EXPECT_EQ(names_from_disk(table), Names{"b.parquet"});

  change.removed_files = {table.file("b").path};
  table.commit(change);
  EXPECT_EQ(cache.manifest_list(table->current_snapshot()->manifest_list())->size(), 1U);
  table.append({table.file("c")});
  EXPECT_EQ(cache.manifest_list(table->current_snapshot()->manifest_list())->size(), 1U);
  EXPECT_EQ(table.names(), Names{"c"});
  // The past is still there.
  EXPECT_EQ(table.names({}, table->snapshot(first)), (Names{"a", "b"}));
}

TEST_F(ChangeTest, ReplaceAllLeavesOnlyTheNew) {
  Table table(cache, people(), {"day"});
  auto in = [&](const char* name, const char* day) { return table.file(name, 10, {value_of(type_of("date"), day)}); };
  table.append({in("a", "2024-01-01"), in("b", "2024-01-02")});
  SnapshotChange deletes;
  deletes.added_deletes = {table.deletes("d", {in("a", "2024-01-01")}, 3)};
  table.commit(deletes);
  EXPECT_EQ(figure(table, "total-position-deletes"), "3");
  EXPECT_EQ(totals(*table->current_snapshot()).rows(), 17);
  SnapshotChange change;
  change.replace_all = true;
  change.added_data = {in("c", "2024-01-01")};
  table.commit(change);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"c", {}}}));
  EXPECT_EQ(table->current_snapshot()->operation(), Operation::overwrite);
  EXPECT_EQ(figure(table, "deleted-records"), "20");
  EXPECT_EQ(figure(table, "removed-delete-files"), "1");
  EXPECT_EQ(figure(table, "removed-position-deletes"), "3");
  EXPECT_EQ(figure(table, "total-position-deletes"), "0");
  EXPECT_EQ(figure(table, "total-delete-files"), "0");
  EXPECT_EQ(figure(table, "total-files-size"), "1000");
  EXPECT_EQ(figure(table, "changed-partition-count"), "2");
  change.added_data = {};
  table.commit(change);
  EXPECT_TRUE(table.names().empty());
  EXPECT_EQ(table->current_snapshot()->operation(), Operation::delete_);
}

TEST_F(ChangeTest, ADeleteFileGoesWithItsOnlyDataFile) {
  Table table(cache, people());
  table.append({table.file("a"), table.file("b")});
  SnapshotChange deletes;
  deletes.added_deletes = {table.deletes("only-a", {table.file("a")}, 2),
                           table.deletes("both", {table.file("a"), table.file("b")}, 4)};
  table.commit(deletes);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"a", {"only-a", "both"}}, {"b", {"both"}}}));
  SnapshotChange compaction;
  compaction.removed_files = {table.file("a").path};
  compaction.operation = Operation::replace;
  table.commit(compaction);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"b", {"both"}}}));
  EXPECT_EQ(figure(table, "total-position-deletes"), "4");
  EXPECT_EQ(table->current_snapshot()->operation(), Operation::replace);
  SnapshotChange by_name;
  by_name.removed_files = {table.deletes("both", {table.file("b")}).path};
  table.commit(by_name);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"b", {}}}));
}

TEST_F(ChangeTest, FilesWrittenAnewTakeThePlaceOfTheOld) {
  Table table(cache, people());
  table.append({table.file("a"), table.file("b"), table.file("c")});
  table.append({table.file("d")});
  table.append({table.file("e"), table.file("f")});
  SnapshotChange change;
  change.rewrites = {{.of = {table.file("b").path, table.file("c").path, table.file("d").path, table.file("e").path},
                      .made = {table.file("x", 25), table.file("y", 15)}}};
  SnapshotId fourth = table.commit(change);
  EXPECT_EQ(table.ordered(), (Names{"a", "x", "y", "f"}));
  EXPECT_EQ(table->current_snapshot()->operation(), Operation::replace);
  EXPECT_EQ(figure(table, "added-data-files"), "2");
  EXPECT_EQ(figure(table, "deleted-records"), "40");
  EXPECT_EQ(figure(table, "total-records"), "60");

  // Also on disk: with the number of the rows, and that of the file.
  MetadataCache fresh(store, 1 << 20);
  MetadataPtr metadata = fresh.metadata(table.location());
  Scan scan = plan_scan(fresh, metadata, metadata->current_snapshot());
  EXPECT_EQ(scan.files[1].data->sequence_number, 1);
  EXPECT_EQ(scan.files[1].data->file_sequence_number, 4);
  EXPECT_EQ(scan.files[1].data->snapshot_id, fourth);
  EXPECT_EQ(scan.files[3].data->sequence_number, 3);
  const ManifestListPtr list = fresh.manifest_list(metadata->current_snapshot()->manifest_list());
  for (const ManifestFile& file : *list) {
    const ManifestPtr manifest = fresh.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      EXPECT_TRUE(!entry.is_live() || file.min_sequence_number <= *entry.sequence_number);
    }
  }

  table.append({table.file("g")});
  change.rewrites = {{.of = {table.file("x").path}, .made = {}},
                     {.of = {table.file("f").path}, .made = {table.file("z")}}};
  table.commit(change);
  EXPECT_EQ(table.ordered(), (Names{"a", "y", "z", "g"}));
  EXPECT_EQ(kind_of([&] { table.commit(change); }), ErrorKind::conflict) << "they are gone";
  change.rewrites = {{.of = {}, .made = {table.file("q")}}};
  EXPECT_EQ(kind_of([&] { table.commit(change); }), ErrorKind::invalid_argument);
}

TEST_F(ChangeTest, OrderOutlivesMergedManifests) {
  Table table(cache, people());
  Names expected;
  for (int i = 0; i < 250; ++i) {
    std::vector<DataFile> files;
    for (const char* part : {"z", "y", "x"}) {
      expected.push_back(fmt::format("{:03}{}", i, part));
      files.push_back(table.file(expected.back()));
    }
    table.append(files);
    if (i % 20 != 19) continue;
    // Merges the last file of one version with the first two of the next.
    SnapshotChange change;
    change.rewrites = {{.of = {}, .made = {table.file(fmt::format("{:03}-merged", i))}}};
    for (std::size_t at = expected.size() - 19; at < expected.size() - 16; ++at) {
      change.rewrites[0].of.push_back(table.file(expected[at]).path);
    }
    table.commit(change);
    expected.erase(expected.end() - 19, expected.end() - 16);
    expected.insert(expected.end() - 16, fmt::format("{:03}-merged", i));
  }
  EXPECT_EQ(table.ordered(), expected);
}

TEST_F(ChangeTest, DeletesFromBeforeDoNotConcernAFileWrittenAnew) {
  Table table(cache, people());
  table.append({table.file("a"), table.file("b"), table.file("c")});
  SnapshotChange deletes;
  deletes.added_deletes = {table.deletes("before", {table.file("a"), table.file("z")})};
  table.commit(deletes);
  SnapshotChange change;
  change.rewrites = {{.of = {table.file("b").path}, .made = {table.file("m")}}};
  table.commit(change);
  deletes.added_deletes = {table.deletes("after", {table.file("m")})};
  table.commit(deletes);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"a", {"before"}}, {"c", {"before"}}, {"m", {"after"}}}));
}

TEST_F(ChangeTest, BranchesAndTags) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a")});
  // A key's first frame: an empty version on main, its rows on a branch of its own that begins empty, and a tag on it.
  Change change;
  SnapshotChange empty;
  empty.id = base::new_snapshot_id();
  SnapshotChange on_branch;
  on_branch.id = base::new_snapshot_id();
  on_branch.branch = "key-x";
  on_branch.added_data = {table.file("b")};
  change.snapshots = {empty, on_branch};
  change.refs = {{"last-key-x", SnapshotRef{on_branch.id, SnapshotRef::Kind::tag, {}, {}, {}}}};
  table.commit(change);
  EXPECT_EQ(table->current_snapshot_id, empty.id);
  EXPECT_EQ(table.names(), Names{"a"});
  EXPECT_EQ(table.names({}, table->ref_snapshot("key-x")), Names{"b"});
  EXPECT_EQ(table->ref_snapshot("key-x")->parent_id(), std::nullopt);
  EXPECT_EQ(table->ref_snapshot("key-x")->sequence_number(), 3);
  EXPECT_EQ(table->ref_snapshot("last-key-x")->id(), on_branch.id);
  EXPECT_EQ(table->snapshot_log.size(), 2U);
  EXPECT_EQ(branch_by_version(*table).at(on_branch.id), "key-x");

  SnapshotChange from;
  from.branch = "work";
  from.branch_from = first;
  from.added_data = {table.file("c")};
  table.commit(from);
  from.added_data = {table.file("d")};
  table.commit(from);
  EXPECT_EQ(table.names({}, table->ref_snapshot("work")), (Names{"a", "c", "d"}));
  EXPECT_EQ(table.names(), Names{"a"});

  // Fast-forward is a ref; it is logged as main's.
  Change forward;
  forward.refs = {{"main", SnapshotRef{table->ref_snapshot("work")->id(), SnapshotRef::Kind::branch, {}, {}, {}}}};
  table.commit(forward);
  EXPECT_EQ(table.names(), (Names{"a", "c", "d"}));
  EXPECT_EQ(table->snapshot_log.back().snapshot_id, *table->current_snapshot_id);
  Change removal;
  removal.refs = {{"work", std::nullopt}, {"last-key-x", std::nullopt}};
  table.commit(removal);
  EXPECT_EQ(table->ref_snapshot("work"), nullptr);
  SnapshotChange on_tag;
  on_tag.branch = "last-key-x";
  Change tag;
  tag.refs = {{"last-key-x", SnapshotRef{on_branch.id, SnapshotRef::Kind::tag, {}, {}, {}}}};
  table.commit(tag);
  EXPECT_EQ(kind_of([&] { table.commit(on_tag); }), ErrorKind::invalid_argument);
}

TEST_F(ChangeTest, RollbackIsANewVersion) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a", 10)});
  table.append({table.file("b", 20)});
  SnapshotChange deletes;
  deletes.added_deletes = {table.deletes("d", {table.file("a")}, 2)};
  SnapshotId third = table.commit(deletes);
  SnapshotChange rollback;
  rollback.restore = first;
  rollback.summary = {{"by", "someone"}, {"total-records", "lies"}};
  table.commit(rollback);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"a", {}}}));
  EXPECT_EQ(table->current_snapshot()->parent_id(), third);
  EXPECT_EQ(figure(table, "total-records"), "10");
  EXPECT_EQ(figure(table, "total-position-deletes"), "0");
  EXPECT_EQ(figure(table, "total-files-size"), "1000");
  EXPECT_EQ(figure(table, "deleted-records"), "20");
  EXPECT_EQ(figure(table, "removed-position-deletes"), "2");
  EXPECT_EQ(figure(table, "by"), "someone");
  rollback.restore = third;
  rollback.added_data = {table.file("e", 1)};
  table.commit(rollback);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"a", {"d"}}, {"b", {}}, {"e", {}}}));
  EXPECT_EQ(figure(table, "added-records"), "21");
  EXPECT_EQ(figure(table, "total-records"), "31");
  EXPECT_EQ(figure(table, "total-files-size"), "3300");
}

TEST_F(ChangeTest, ManifestsAreMergedPastAHundred) {
  Table table(cache, people(), {"day"});
  std::size_t most = 0;
  std::size_t rewritten = 0;
  for (int i = 0; i < 350; ++i) {
    Value day = Date{i % 7};
    table.append({table.file(fmt::format("{:03}", i), 1, {i % 50 == 0 ? Value() : day})});
    ManifestListPtr list = cache.manifest_list(table->current_snapshot()->manifest_list());
    most = std::max(most, list->size());
    for (const ManifestFile& file : *list) {
      if (file.added_snapshot_id == *table->current_snapshot_id)
        rewritten += static_cast<std::size_t>(file.existing_files);
    }
  }
  EXPECT_EQ(most, kMaxManifests);
  EXPECT_LT(rewritten, 350U * 3);
  EXPECT_EQ(table.names().size(), 350U);
  EXPECT_EQ(figure(table, "total-data-files"), "350");
  // Numbers survive the merge, also on disk: file i came with snapshot i.
  MetadataCache fresh(store, 1 << 20);
  MetadataPtr metadata = fresh.metadata(table.location());
  for (const ScanFile& file : plan_scan(fresh, metadata, metadata->current_snapshot()).files) {
    const std::string& path = file.data->file.path;
    std::int64_t i = std::stol(path.substr(path.rfind('/') + 1));
    EXPECT_EQ(file.data->sequence_number, i + 1);
    EXPECT_EQ(file.data->snapshot_id, metadata->snapshots[static_cast<std::size_t>(i)]->id());
  }
}

// Whatever the cache forgets while a change is made, what was read through it stays as long as it is looked at.
TEST_F(ChangeTest, ACacheThatKeepsNothingIsEnough) {
  MetadataCache forgetful(store, 0);
  Table table(forgetful, people());
  Names wanted;
  for (int i = 0; i < 110; ++i) {
    table.append({table.file(fmt::format("{:03}", i))});
    wanted.push_back(fmt::format("{:03}.parquet", i));
  }
  EXPECT_EQ(names_from_disk(table), wanted);
  SnapshotId whole = *table->current_snapshot_id;
  SnapshotChange remove;
  remove.removed_files = {table.file("000").path};
  remove.required_files = {table.file("001").path};
  table.commit(remove);
  EXPECT_EQ(names_from_disk(table), Names(wanted.begin() + 1, wanted.end()));
  SnapshotChange replace;
  replace.replace_all = true;
  replace.added_data = {table.file("new")};
  table.commit(replace);
  EXPECT_EQ(names_from_disk(table), (Names{"new.parquet"}));
  SnapshotChange restore;
  restore.restore = whole;
  table.commit(restore);
  EXPECT_EQ(names_from_disk(table), wanted);
}

TEST_F(ChangeTest, SchemasAndSpecsEvolve) {
  Table table(cache, people(), {"day(at)"});
  table.append({table.file("a", 1, {Value(Date{1})})});
  Change change;
  change.schema =
      evolve(table->schema(), table->last_column_id, {AddColumn{"more", type_of("int"), false, "", std::nullopt}})
          .schema;
  change.spec = parse_partition_spec({"bucket[4](id)", "day(at)"}, *change.schema);
  change.spec->fields[1].name = "at_day";
  table.commit(change);
  EXPECT_EQ(table->current_schema_id, 1);
  EXPECT_EQ(table->last_column_id, 5);
  EXPECT_EQ(table->default_spec_id, 1);
  EXPECT_EQ(table->spec().fields[0].field_id, 1001);
  EXPECT_EQ(table->spec().fields[1].field_id, 1000);
  EXPECT_EQ(table->last_partition_id, 1001);
  EXPECT_EQ(spec_as_known(*table, *change.spec, table->schema()).id, 1);
  table.append({table.file("b", 1, {Value(2), Value(Date{1})})});
  EXPECT_EQ(table.names(), (Names{"a", "b"}));
  EXPECT_EQ(table->current_snapshot()->schema_id(), 1);
  EXPECT_EQ(names_from_disk(table).size(), 2U);

  // Back to what was: nothing new is needed.
  Change back;
  back.schema = people();
  back.spec = parse_partition_spec({"day(at)"}, people());
  table.commit(back);
  EXPECT_EQ(table->current_schema_id, 0);
  EXPECT_EQ(table->default_spec_id, 0);
  EXPECT_EQ(table->schemas.size(), 2U);
  EXPECT_EQ(table->last_column_id, 5);

  Change drop;
  drop.schema = evolve(table->schema(), table->last_column_id, {DropColumn{"at"}}).schema;
  EXPECT_EQ(kind_of([&] { table.commit(drop); }), ErrorKind::invalid_argument);
  drop.spec = PartitionSpec{};
  table.commit(drop);
  // Files of a spec whose column is gone can still be rewritten and removed.
  SnapshotChange removal;
  removal.removed_files = {table.file("a").path};
  table.commit(removal);
  EXPECT_EQ(names_from_disk(table), Names{"b.parquet"});
}

TEST_F(ChangeTest, PropertiesAndMetadataLog) {
  Table table(cache, people());
  Change change;
  change.set_properties = {{"a", "1"}, {"b", "2"}, {std::string(kPreviousVersionsMax), "3"}};
  table.commit(change);
  change.set_properties.clear();
  change.removed_properties = {"a", "none"};
  for (int i = 0; i < 5; ++i) table.commit(change);
  EXPECT_FALSE(table->properties.contains("a"));
  EXPECT_EQ(table->properties.at("b"), "2");
  ASSERT_EQ(table->metadata_log.size(), 3U);
  EXPECT_TRUE(table->metadata_log.back().metadata_file.starts_with("file:///warehouse/t/metadata/00005-"));
  EXPECT_EQ(table->metadata_log.back().timestamp_ms + 1000, table->last_updated_ms);
  Table plain(cache, people(), {}, "u");
  for (int i = 0; i < 25; ++i) plain.commit(Change{});
  EXPECT_EQ(plain->metadata_log.size(), 20U);
}

TEST_F(ChangeTest, VersionsAreForgotten) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a")});
  SnapshotId second = table.append({table.file("b")});
  SnapshotId third = table.append({table.file("c")});
  Change tag;
  tag.refs = {{"keep", SnapshotRef{first, SnapshotRef::Kind::tag, {}, {}, {}}}};
  table.commit(tag);
  Change expire;
  expire.expired = {third};
  EXPECT_EQ(kind_of([&] { table.commit(expire); }), ErrorKind::conflict);
  expire.expired = {first};
  EXPECT_EQ(kind_of([&] { table.commit(expire); }), ErrorKind::conflict);
  expire.expired = {second};
  table.commit(expire);
  EXPECT_EQ(table->snapshots.size(), 2U);
  ASSERT_EQ(table->snapshot_log.size(), 1U);
  EXPECT_EQ(table->snapshot_log[0].snapshot_id, third);
  EXPECT_EQ(table.names(), (Names{"a", "b", "c"}));
  EXPECT_EQ(names_from_disk(table).size(), 3U);
}

TEST_F(ChangeTest, ClocksDoNotRunBackwards) {
  Table table(cache, people());
  std::int64_t before = table->last_updated_ms;
  Change change;
  change.at = 1;
  change.snapshots.push_back({});
  change.snapshots[0].id = 1;
  table.commit(change);
  EXPECT_EQ(table->last_updated_ms, before);
  EXPECT_EQ(table->current_snapshot()->timestamp_ms(), before);
}

}  // namespace
}  // namespace boathouse::iceberg
