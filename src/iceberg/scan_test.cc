// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "iceberg/evolve.h"
#include "iceberg/prune.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;
using Op = Condition::Op;

class ScanTest : public ::testing::Test {
 protected:
  store::MemoryStore store{"file:///warehouse"};
  MetadataCache cache{store, 64 << 20};

  static Value date(const char* text) { return value_of(type_of("date"), text); }
  static Value instant(const char* text) { return value_of(type_of("timestamptz"), text); }
  static Value text(const char* text) { return std::string(text); }
};

TEST_F(ScanTest, DeletesApplyByAgeAndPartition) {
  Table table(cache, people(), {"day"});
  PartitionTuple first{date("2024-01-01")};
  PartitionTuple second{date("2024-01-02")};
  DataFile old = table.file("old", 10, first);
  DataFile other = table.file("other", 10, second);
  table.append({old, other});
  SnapshotChange upsert;
  DataFile same = table.file("same", 10, first);
  upsert.added_data = {same};
  // Its bounds span all paths, so only partition and age decide.
  DataFile wide = table.deletes("wide", {old}, 1);
  wide.columns.clear();
  upsert.added_deletes = {wide};
  table.commit(upsert);
  table.append({table.file("later", 10, first)});
  EXPECT_EQ(table.files(),
            (std::map<std::string, Names>{{"later", {}}, {"old", {"wide"}}, {"other", {}}, {"same", {"wide"}}}));
}

TEST_F(ScanTest, BoundsOnThePathNameTheFile) {
  Table table(cache, people());
  DataFile a = table.file("a");
  DataFile b = table.file("b");
  DataFile c = table.file("c");
  table.append({a, b, c});
  SnapshotChange change;
  change.added_deletes = {table.deletes("of-b", {b}), table.deletes("of-bc", {b, c})};
  table.commit(change);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"a", {}}, {"b", {"of-b", "of-bc"}}, {"c", {"of-bc"}}}));
  EXPECT_EQ(only_deleted_from(change.added_deletes[0]), b.path);
  EXPECT_EQ(only_deleted_from(change.added_deletes[1]), std::nullopt);
  EXPECT_EQ(only_deleted_from(a), std::nullopt);
}

TEST_F(ScanTest, SpecsDoNotShareDeletes) {
  Table table(cache, people(), {"day"});
  DataFile a = table.file("a", 10, {date("2024-01-01")});
  table.append({a});
  Change respec;
  respec.spec = parse_partition_spec({"bucket[4](id)"}, table->schema());
  table.commit(respec);
  DataFile b = table.file("b", 10, {Value(1)});
  table.append({b});
  SnapshotChange change;
  DataFile of_a = table.deletes("of-a", {a});
  of_a.columns.clear();
  change.added_deletes = {of_a};
  table.commit(change);
  EXPECT_EQ(table.files(), (std::map<std::string, Names>{{"a", {"of-a"}}, {"b", {}}}));
}

TEST_F(ScanTest, PrunesByPartition) {
  Table table(cache, people(), {"day(at)", "bucket[1024](id)", "name"});
  auto file = [&](const char* name, const char* at, int id, Value person) {
    PartitionTuple tuple;
    tuple.push_back(at == nullptr ? Value() : apply(Transform::parse("day"), type_of("timestamptz"), instant(at)));
    tuple.push_back(apply(Transform::parse("bucket[1024]"), type_of("int"), Value(id)));
    tuple.push_back(person);
    return table.file(name, 10, tuple);
  };
  table.append({file("a", "2024-01-01T10:00:00", 1, text("ann"))});
  table.append({file("b", "2024-01-02T10:00:00", 2, text("bob")), file("n", nullptr, 3, Value())});
  table.append({file("c", "2024-01-03T10:00:00", 1, text("cyd"))});
  auto names = [&](int id, Op op, std::vector<Value> literals) { return table.names({Condition{id, op, literals}}); };
  EXPECT_EQ(names(3, Op::equal, {instant("2024-01-02T23:00:00")}), Names{"b"});
  EXPECT_EQ(names(3, Op::less, {instant("2024-01-02T00:00:00")}), (Names{"a", "b"}));
  EXPECT_EQ(names(3, Op::greater, {instant("2024-01-02T23:00:00")}), (Names{"b", "c"}));
  EXPECT_EQ(names(3, Op::greater_equal, {instant("2024-01-03T00:00:00")}), Names{"c"});
  EXPECT_EQ(names(3, Op::is_null, {}), Names{"n"});
  EXPECT_EQ(names(3, Op::not_null, {}), (Names{"a", "b", "c"}));
  EXPECT_EQ(names(3, Op::not_equal, {instant("2024-01-02T23:00:00")}), (Names{"a", "b", "c", "n"}));
  EXPECT_EQ(names(1, Op::equal, {Value(1)}), (Names{"a", "c"}));
  EXPECT_EQ(names(1, Op::in, {Value(1), Value(2)}), (Names{"a", "b", "c"}));
  EXPECT_EQ(names(1, Op::less, {Value(-100)}), (Names{"a", "b", "c", "n"}));
  EXPECT_EQ(names(2, Op::equal, {text("bob")}), Names{"b"});
  EXPECT_EQ(names(2, Op::less, {text("bob")}), Names{"a"});
  EXPECT_EQ(names(2, Op::in, {text("ann"), text("cyd")}), (Names{"a", "c"}));
  EXPECT_EQ(names(2, Op::in, {}), Names{});
  EXPECT_EQ(names(99, Op::equal, {Value(1)}), (Names{"a", "b", "c", "n"}));
  EXPECT_EQ(table.names({{3, Op::greater_equal, {instant("2024-01-01T00:00:00")}},
                         {1, Op::equal, {Value(1)}},
                         {2, Op::greater, {text("ann")}}}),
            Names{"c"});
  EXPECT_EQ(kind_of([&] { names(3, Op::equal, {text("x")}); }), ErrorKind::invalid_argument);
}

TEST_F(ScanTest, PrunesByBounds) {
  Table table(cache, people());
  auto file = [&](const char* name, std::optional<int> low, std::optional<int> high, std::int64_t nulls) {
    DataFile made = table.file(name);
    ColumnStats stats{1, {}, 10, nulls, {}, {}, {}};
    if (low) stats.lower_bound = to_single_value(type_of("int"), Value(*low));
    if (high) stats.upper_bound = to_single_value(type_of("int"), Value(*high));
    made.columns = {stats};
    return made;
  };
  table.append({file("a", 0, 9, 0), file("b", 10, 19, 1), file("nulls", {}, {}, 10), table.file("unknown")});
  auto names = [&](Op op, std::vector<Value> literals) { return table.names({Condition{1, op, literals}}); };
  EXPECT_EQ(names(Op::equal, {Value(9)}), (Names{"a", "unknown"}));
  EXPECT_EQ(names(Op::equal, {Value(10)}), (Names{"b", "unknown"}));
  EXPECT_EQ(names(Op::less, {Value(10)}), (Names{"a", "unknown"}));
  EXPECT_EQ(names(Op::less_equal, {Value(10)}), (Names{"a", "b", "unknown"}));
  EXPECT_EQ(names(Op::greater, {Value(9)}), (Names{"b", "unknown"}));
  EXPECT_EQ(names(Op::greater_equal, {Value(9)}), (Names{"a", "b", "unknown"}));
  EXPECT_EQ(names(Op::is_null, {}), (Names{"b", "nulls", "unknown"}));
  EXPECT_EQ(names(Op::not_null, {}), (Names{"a", "b", "unknown"}));
  EXPECT_EQ(names(Op::not_equal, {Value(5)}), (Names{"a", "b", "unknown"}));
  EXPECT_EQ(names(Op::in, {Value(-1), Value(15)}), (Names{"b", "unknown"}));
  EXPECT_EQ(names(Op::equal, {Value()}), Names{"unknown"});

  // Bounds from before the column was widened still count.
  Change change;
  change.schema = evolve(table->schema(), table->last_column_id, {WidenColumn{"id", type_of("long")}}).schema;
  change.snapshots.push_back({});
  change.snapshots[0].id = 1;
  table.commit(change);
  EXPECT_EQ(names(Op::equal, {Value(std::int64_t{9})}), (Names{"a", "unknown"}));
  EXPECT_EQ(names(Op::equal, {Value(9)}), (Names{"a", "unknown"}));
}

TEST(Prune, NanStandsAboveEveryNumber) {
  ValueRange numbers{Value(1.0), Value(2.0), false, false, true};
  ValueRange with_nan = numbers;
  with_nan.may_hold_nan = true;
  auto passes = [](Op op, double literal, const ValueRange& range) {
    return may_pass(Condition{1, op, {Value(literal)}}, range);
  };
  EXPECT_FALSE(passes(Op::greater, 2.0, numbers));
  EXPECT_TRUE(passes(Op::greater, 2.0, with_nan));
  EXPECT_TRUE(passes(Op::greater_equal, 3.0, with_nan));
  EXPECT_FALSE(passes(Op::less, 1.0, with_nan));
  EXPECT_TRUE(passes(Op::less, std::nan(""), numbers));
  EXPECT_FALSE(passes(Op::equal, std::nan(""), numbers));
  EXPECT_TRUE(passes(Op::equal, std::nan(""), with_nan));
  EXPECT_TRUE(passes(Op::equal, 0.0, ValueRange{Value(-0.0), Value(-0.0), false, false, true}));
}

TEST(Prune, ProjectionsKeepWhatMayMatch) {
  auto projected = [](Op op, const char* transform) {
    return project({1, op, {Value(15)}}, Transform::parse(transform), type_of("int"));
  };
  EXPECT_EQ(projected(Op::less, "truncate[10]")->op, Op::less_equal);
  EXPECT_EQ(projected(Op::greater, "truncate[10]")->op, Op::greater_equal);
  EXPECT_EQ(projected(Op::less, "truncate[10]")->literals[0], Value(10));
  EXPECT_EQ(projected(Op::less, "identity")->op, Op::less);
  EXPECT_FALSE(projected(Op::less, "bucket[4]"));
  EXPECT_TRUE(projected(Op::equal, "bucket[4]"));
  EXPECT_FALSE(projected(Op::equal, "void"));
  EXPECT_FALSE(projected(Op::equal, "strange[4]"));
  EXPECT_FALSE(projected(Op::not_equal, "identity"));
}

TEST_F(ScanTest, EqualityDeletesAreRefused) {
  Table table(cache, people());
  DataFile deletes = table.file("eq");
  deletes.content = FileContent::equality_deletes;
  SnapshotChange change;
  change.added_deletes = {deletes};
  EXPECT_EQ(kind_of([&] { table.commit(change); }), ErrorKind::invalid_argument);
}

TEST_F(ScanTest, AVersionIsReadByItsOwnSchema) {
  Table table(cache, people());
  SnapshotId first = table.append({table.file("a")});
  Change change;
  change.schema = evolve(table->schema(), table->last_column_id, {DropColumn{"name"}}).schema;
  table.commit(change);
  table.append({table.file("b")});
  EXPECT_NE(plan_scan(cache, table.metadata(), table->snapshot(first)).schema.find("name"), nullptr);
  EXPECT_EQ(plan_scan(cache, table.metadata(), table->current_snapshot()).schema.find("name"), nullptr);
  EXPECT_TRUE(plan_scan(cache, table.metadata(), nullptr).files.empty());
}

}  // namespace
}  // namespace boathouse::iceberg
