// SPDX-License-Identifier: Apache-2.0
#include "iceberg/branch_schema.h"

#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;

Field column(int id, std::string name, std::string_view type, bool required = false) {
  return {id, std::move(name), type_of(type), required, ""};
}

std::string shape(const Schema& schema) {
  std::string text;
  for (const Field& field : schema.fields()) {
    text += fmt::format("{}{}:{}:{}{}", text.empty() ? "" : " ", field.id, field.name, field.type.to_string(),
                        field.required ? "!" : "");
  }
  return text;
}

TEST(UnitedSchema, HasMainsColumnsThenWhatOnlyOthersHave) {
  Schema main(0, {column(1, "id", "int", true), column(2, "x", "int")});
  EXPECT_EQ(shape(united_schema(main, {})), shape(main));
  Schema other(1, {column(1, "id", "int", true), column(3, "y", "string")});
  EXPECT_EQ(shape(united_schema(main, {other})), "1:id:int! 2:x:int 3:y:string");
  Schema changed(2, {column(4, "X", "string", true)});
  EXPECT_EQ(shape(united_schema(main, {other, changed})), "1:id:int 2:x:int 3:y:string 4:X__4:string");
}

TEST(UnitedSchema, NeverGivesANameTwice) {
  Schema main(0, {column(1, "x", "int"), column(2, "x__3", "int")});
  Schema other(1, {column(3, "x", "string"), column(4, "x__3_", "string")});
  EXPECT_EQ(shape(united_schema(main, {other})), "1:x:int 2:x__3:int 3:x__3_:string 4:x__3___4:string");
}

TEST(UnitedSchema, HasTheWidestType) {
  Schema main(0, {column(1, "x", "int"), column(2, "d", "decimal(9,2)")});
  Schema other(1, {column(1, "x", "long"), column(2, "d", "decimal(5,2)")});
  EXPECT_EQ(shape(united_schema(main, {other})), "1:x:long 2:d:decimal(9,2)");
  EXPECT_EQ(shape(united_schema(other, {main})), "1:x:long 2:d:decimal(9,2)");
}

TEST(UnitedSchema, IdentifiersAreRequiredOnEveryBranch) {
  Schema main(0, {column(1, "id", "int", true), column(2, "k", "int", true)}, {1, 2});
  Schema other(1, {column(1, "id", "int", true)});
  EXPECT_EQ(united_schema(main, {other}).identifier_field_ids(), std::vector<int>{1});
}

class BranchSchemaTest : public StoreTest {
 protected:
  static SnapshotId write(Table& table, const std::string& branch, const Schema& schema, const std::string& file) {
    SnapshotChange change;
    change.branch = branch;
    change.schema = schema;
    change.replace_all = true;
    change.added_data = {table.file(file)};
    return table.commit(change);
  }
  static std::string columns(const Table& table, const std::string& branch) {
    return shape(branch_schema(*table, branch));
  }
  static void drop(Table& table, const std::string& branch) {
    Change change;
    change.refs.push_back({branch, std::nullopt});
    table.commit(change);
  }

  const Schema ints_{0, {column(1, "x", "int")}};
  const Schema texts_{0, {column(2, "x", "string")}};
};

TEST_F(BranchSchemaTest, EachBranchHasItsOwnColumns) {
  Table table(cache, ints_);
  table.append({table.file("a")});
  write(table, "b", texts_, "b");
  EXPECT_EQ(columns(table, "main"), "1:x:int");
  EXPECT_EQ(columns(table, "b"), "2:x:string");
  EXPECT_EQ(columns(table, "none"), "1:x:int") << "a branch to be made begins with main's";
  EXPECT_EQ(shape(table->schema()), "1:x:int 2:x__2:string");
  EXPECT_EQ(table->last_column_id, 2);

  SnapshotId on_main = table.append({table.file("c")});
  EXPECT_EQ(columns(table, "main"), "1:x:int") << "its versions keep its columns";
  EXPECT_EQ(table->snapshot(on_main)->schema_id(), branch_schema(*table, "main").id());
  MetadataCache fresh(store, 1 << 20);
  EXPECT_EQ(shape(branch_schema(*fresh.metadata(table.location()), "main")), "1:x:int") << "also read from disk";
}

TEST_F(BranchSchemaTest, AColumnThatNoHeadHasLeaves) {
  Table table(cache, ints_);
  table.append({table.file("a")});
  SnapshotId old = write(table, "b", texts_, "b");
  write(table, "b", ints_, "c");
  EXPECT_EQ(shape(table->schema()), "1:x:int");
  EXPECT_FALSE(table->properties.contains(std::string(kMainSchema)));
  EXPECT_EQ(shape(plan_scan(cache, table.metadata(), table->snapshot(old)).schema), "2:x:string")
      << "an old version keeps its own";

  write(table, "b", texts_, "d");
  EXPECT_EQ(shape(table->schema()), "1:x:int 2:x__2:string");
  drop(table, "b");
  EXPECT_EQ(shape(table->schema()), "1:x:int");
}

TEST_F(BranchSchemaTest, MainMayChangeWhileAnotherKeepsTheOldColumn) {
  Table table(cache, ints_);
  SnapshotId first = table.append({table.file("a")});
  SnapshotChange begin;
  begin.branch = "b";
  begin.branch_from = first;
  begin.added_data = {table.file("b")};
  table.commit(begin);
  EXPECT_EQ(shape(table->schema()), "1:x:int") << "nothing to unite";
  write(table, "main", texts_, "c");
  EXPECT_EQ(columns(table, "main"), "2:x:string");
  EXPECT_EQ(columns(table, "b"), "1:x:int");
  EXPECT_EQ(shape(table->schema()), "2:x:string 1:x__1:int");
  Change more;  // without a version, as a contract does
  more.schema = Schema(0, {column(2, "x", "string"), column(3, "more", "int")});
  table.commit(more);
  EXPECT_EQ(columns(table, "main"), "2:x:string 3:more:int");
  EXPECT_EQ(shape(table->schema()), "2:x:string 3:more:int 1:x__1:int");
}

TEST_F(BranchSchemaTest, MainTakesTheColumnsOfTheVersionItIsSetTo) {
  Table table(cache, ints_, {"bucket[4](x)"});
  table.append({table.file("a", 10, {std::int32_t{1}})});
  SnapshotChange change;
  change.branch = "b";
  change.schema = texts_;
  change.spec = spec_as_known(*table, {}, texts_);
  DataFile file = table.file("b");
  file.spec_id = change.spec->id;
  change.added_data = {file};
  SnapshotId head = table.commit(change);
  EXPECT_EQ(table->default_spec_id, 0);
  EXPECT_EQ(table->specs.size(), 2U);
  Change forward;
  SnapshotRef target;
  target.snapshot_id = head;
  forward.refs.push_back({"main", target});
  table.commit(forward);
  EXPECT_EQ(columns(table, "main"), "2:x:string");
  EXPECT_EQ(shape(table->schema()), "2:x:string");
  EXPECT_TRUE(table->spec().unpartitioned()) << "what it was partitioned by is gone";
}

TEST_F(BranchSchemaTest, AnotherProgramsColumnsAreMains) {
  Table table(cache, ints_);
  table.append({table.file("a")});
  write(table, "b", texts_, "b");
  TableMetadata foreign = *table;
  foreign.schemas.emplace_back(
      9, std::vector<Field>{column(1, "x", "int"), column(2, "x__2", "string"), column(3, "new", "int")});
  foreign.current_schema_id = 9;
  EXPECT_EQ(branch_schema(foreign, "main").id(), 9);
  EXPECT_EQ(shape(branch_schema(foreign, "b")), "2:x:string");
}

TEST_F(BranchSchemaTest, AnIdIsHeldByWhatSomeVersionUntilThenHad) {
  Table table(cache, ints_);
  SnapshotId first = table.append({table.file("a")});
  SnapshotId second = write(table, "b", texts_, "b");
  SnapshotId third = table.append({table.file("c")});
  EXPECT_TRUE(may_hold(*table, *table->snapshot(first), 1));
  EXPECT_FALSE(may_hold(*table, *table->snapshot(first), 2));
  EXPECT_TRUE(may_hold(*table, *table->snapshot(second), 2));
  EXPECT_TRUE(may_hold(*table, *table->snapshot(third), 2)) << "it could have been rolled back to b's";
  Change expire;
  expire.expired = {first};
  table.commit(expire);
  EXPECT_TRUE(may_hold(*table, *table->snapshot(third), 7)) << "nobody knows any more";
}

}  // namespace
}  // namespace boathouse::iceberg
