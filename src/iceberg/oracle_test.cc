// SPDX-License-Identifier: Apache-2.0
// Writes tables for other programs to read: tests/iceberg/test_oracle.py runs these tests with BOATHOUSE_ORACLE_DIR set to
// a folder and compares what pyiceberg, fastavro and DuckDB find there. Each table's current metadata location goes into
// `<folder>/<table>.location`. Without the variable they only check that the tables can be written.
#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "iceberg/evolve.h"
#include "iceberg/json_read.h"
#include "iceberg/test_support.h"
#include "store/local_store.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;

class Oracle : public ::testing::Test {
 protected:
  Oracle() {
    const char* given = std::getenv("BOATHOUSE_ORACLE_DIR");
    if (given == nullptr) own_.emplace(std::filesystem::temp_directory_path(), "oracle-test-");
    folder = given != nullptr ? std::filesystem::path(given) : own_->path();
    store.emplace(folder / "warehouse");
    cache.emplace(*store, 64 << 20);
  }

  void publish(const Table& table, const std::string& name) {
    std::ofstream(folder / (name + ".location")) << table.location();
    EXPECT_TRUE(store->exists(table.location()));
  }

  std::filesystem::path folder;
  std::optional<store::LocalStore> store;
  std::optional<MetadataCache> cache;

 private:
  std::optional<base::TemporaryFolder> own_;
};

TEST_F(Oracle, History) {
  Table table(*cache, people(), {"day"}, "history");
  auto file = [&](const std::string& name, const char* day) {
    DataFile made = table.file(name, 10, {value_of(type_of("date"), day)});
    made.columns = {
        {1, 40, 10, 0, {}, to_single_value(type_of("int"), Value(1)), to_single_value(type_of("int"), Value(10))}};
    return made;
  };
  table.append({file("a", "2024-01-01"), file("b", "2024-01-02")});
  SnapshotChange deletes;
  deletes.added_deletes = {table.deletes("d", {file("a", "2024-01-01")}, 3)};
  deletes.summary = {{"boathouse.request-id", "r \"1\""}};
  SnapshotId third = table.commit(deletes);
  Change evolution;
  evolution.schema = evolve(table->schema(), table->last_column_id,
                            {AddColumn{"more", Type::list(0, type_of("string"), false), false, "a doc", "name"},
                             WidenColumn{"id", type_of("long")}, RenameColumn{"name", "full name"}})
                         .schema;
  evolution.spec = parse_partition_spec({"day", "bucket[8](id)"}, *evolution.schema);
  evolution.set_properties = {{std::string(kNameMapping), name_mapping(*evolution.schema)}};
  table.commit(evolution);
  DataFile c = table.file("c", 7, {value_of(type_of("date"), "2024-01-03"), Value(3)});
  SnapshotChange removal;
  removal.removed_files = {file("b", "2024-01-02").path};
  removal.added_data = {c};
  table.commit(removal);
  SnapshotChange branch;
  branch.branch = "key-x%2Fy";
  branch.added_data = {table.file("on-branch", 1, {Value(), Value()})};
  table.commit(branch);
  Change tag;
  tag.refs = {{"a tag", SnapshotRef{third, SnapshotRef::Kind::tag, {}, {}, 1000}}};
  table.commit(tag);
  publish(table, "history");
}

TEST_F(Oracle, ManyManifests) {
  Table table(*cache, people(), {}, "many");
  for (int i = 0; i < 230; ++i) table.append({table.file(fmt::format("{:03}", i), i + 1)});
  SnapshotChange removal;
  for (int i = 0; i < 230; i += 10) removal.removed_files.push_back(table.file(fmt::format("{:03}", i)).path);
  table.commit(removal);
  publish(table, "many");
}

TEST_F(Oracle, Replaced) {
  Table table(*cache, people(), {}, "replaced");
  for (int i = 0; i < 3; ++i) {
    SnapshotChange change;
    change.replace_all = true;
    change.added_data = {table.file("r" + std::to_string(i), 5)};
    table.commit(change);
  }
  SnapshotChange rollback;
  rollback.restore = table->snapshots[0]->id();
  table.commit(rollback);
  publish(table, "replaced");
}

TEST_F(Oracle, PartitionsOfEveryType) {
  Schema schema(0, {{1, "b", type_of("boolean"), false, ""},
                    {2, "i", type_of("int"), false, ""},
                    {3, "l", type_of("long"), false, ""},
                    {4, "de", type_of("decimal(9,2)"), false, ""},
                    {5, "da", type_of("date"), false, ""},
                    {6, "ts", type_of("timestamp"), false, ""},
                    {7, "tz", type_of("timestamptz"), false, ""},
                    {8, "s p\xc3\xa4", type_of("string"), false, ""},
                    {9, "u", type_of("uuid"), false, ""},
                    {10, "fi", type_of("fixed[3]"), false, ""},
                    {11, "bi", type_of("binary"), false, ""},
                    {12, "f", type_of("float"), false, ""},
                    {13, "d", type_of("double"), false, ""},
                    {14, "ti", type_of("time"), false, ""}});
  std::vector<std::string> entries{"year(da)",     "month(ts)", "day(tz)", "hour(tz)", "truncate[2](s p\xc3\xa4)",
                                   "bucket[16](u)"};
  for (const Field& field : schema.fields()) entries.push_back(field.name);
  Table table(*cache, schema, entries, "typed");
  const char* kTexts[] = {"true",
                          "-3",
                          "9223372036854775807",
                          "-1234567.89",
                          "1969-12-31",
                          "1969-12-31T23:59:59",
                          "2024-01-01T00:00:00",
                          "a/b=\xc3\xa4",
                          "f79c3e09-677c-4bbd-a479-3f349cb785e7",
                          "00ff01",
                          "00",
                          "1.5",
                          "-2.5",
                          "23:59:59.999999"};
  PartitionTuple tuple;
  for (const PartitionField& field : table->spec().fields) {
    const Field& column = *schema.find(field.source_id);
    tuple.push_back(apply(field.transform, column.type, value_of(column.type, kTexts[column.id - 1])));
  }
  table.append({table.file("typed", 1, tuple), table.file("nulls", 1, PartitionTuple(tuple.size()))});
  publish(table, "typed");
}

// The script put Parquet files into `<folder>/real.json`: [{"path","rows","size","day","kind":"data"|"deletes","first",
// "last","commit"}], in the order of their commits; those of one commit come together. Column `more` comes with commit 2.
TEST_F(Oracle, RealFiles) {
  if (!std::filesystem::exists(folder / "real.json")) GTEST_SKIP() << "no Parquet files to adopt";
  boost::json::value listed = parse_json(base::read_file(folder / "real.json"));
  Table table(*cache, people(), {"day"}, "real");
  std::map<std::int64_t, SnapshotChange> commits;
  for (const boost::json::value& value : as_array(listed, "real.json")) {
    const boost::json::object& item = as_object(value, "file");
    std::string day = need_string(item, "day");
    DataFile file = table.file("x", need_int64(item, "rows"), {value_of(type_of("date"), day)});
    std::string name = std::filesystem::path(need_string(item, "path")).filename();
    file.path = store::join(table->location, "data/day%3D/" + store::path_segment(day) + "/" + name);
    file.file_size = need_int64(item, "size");
    store->adopt(need_string(item, "path"), file.path);
    SnapshotChange& commit = commits[need_int64(item, "commit")];
    if (need_string(item, "kind") == "data") {
      commit.added_data.push_back(file);
      continue;
    }
    file.content = FileContent::position_deletes;
    set_deleted_from(file, need_string(item, "first"), need_string(item, "last"));
    commit.added_deletes.push_back(file);
  }
  for (auto& [number, commit] : commits) {
    if (number == 2) {
      Change change;
      change.schema = evolve(table->schema(), table->last_column_id,
                             {AddColumn{"more", type_of("string"), false, "", std::nullopt},
                              WidenColumn{"id", type_of("long")}, RenameColumn{"name", "full name"}})
                          .schema;
      table.commit(change);
    }
    table.commit(commit);
  }
  publish(table, "real");
}

}  // namespace
}  // namespace boathouse::iceberg
