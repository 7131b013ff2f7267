// SPDX-License-Identifier: Apache-2.0
#include "iceberg/history.h"
#include "iceberg/json_read.h"
#include "iceberg/metadata_json.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

TableMetadata full_metadata() {
  TableMetadata metadata = create_table("file:///w/t/", people(), parse_partition_spec({"day(at)"}, people()),
                                        {{"a \"b\"", "\xc3\xa4\n"}}, base::uuid_v4(), 1000);
  for (int i = 1; i <= 3; ++i) {
    Snapshot::Parts parts;
    parts.id = std::numeric_limits<std::int64_t>::max() - i;
    if (i > 1) parts.parent_id = parts.id + 1;
    parts.sequence_number = i;
    parts.timestamp_ms = 1000 * i;
    parts.manifest_list = "file:///w/t/metadata/snap.avro";
    parts.schema_id = 0;
    metadata.snapshots.push_back(std::make_shared<const Snapshot>(
        parts, i == 1 ? Operation::append : Operation::delete_,
        std::map<std::string, std::string>{{"total-records", std::to_string(i)}, {"x", "\"\\"}}));
    metadata.snapshot_log.push_back({1000 * i, parts.id});
  }
  metadata.current_snapshot_id = metadata.snapshots.back()->id();
  metadata.last_sequence_number = 3;
  metadata.refs["main"] = {*metadata.current_snapshot_id, SnapshotRef::Kind::branch, 5, 6, std::nullopt};
  metadata.refs["t \xc3\xa4"] = {metadata.snapshots[0]->id(), SnapshotRef::Kind::tag, std::nullopt, std::nullopt,
                                 1LL << 40};
  metadata.metadata_log = {{500, "file:///w/t/metadata/00000-x.metadata.json"}};
  metadata.others["statistics"] = boost::json::array{1, "two"};
  return metadata;
}

TEST(Metadata, GoesThroughJsonUnchanged) {
  TableMetadata metadata = full_metadata();
  std::string text = metadata_to_json(metadata);
  TableMetadata back = metadata_from_json(text);
  EXPECT_EQ(metadata_to_json(back), text);
  EXPECT_EQ(back.location, "file:///w/t");
  EXPECT_EQ(back.current_snapshot_id, std::numeric_limits<std::int64_t>::max() - 3);
  EXPECT_EQ(back.refs, metadata.refs);
  EXPECT_EQ(back.snapshot_log, metadata.snapshot_log);
  EXPECT_EQ(back.metadata_log, metadata.metadata_log);
  EXPECT_EQ(back.properties, metadata.properties);
  EXPECT_EQ(back.specs, metadata.specs);
  EXPECT_EQ(back.others, metadata.others);
  EXPECT_EQ(back.snapshots[0]->operation(), Operation::append);
  EXPECT_EQ(back.snapshots[0]->summary(), (std::map<std::string, std::string>{{"total-records", "1"}, {"x", "\"\\"}}));
  EXPECT_EQ(totals(*back.snapshots[2]).records, 3);
  EXPECT_EQ(totals(*back.snapshots[2]).rows(), 3);
  EXPECT_EQ(back.current_snapshot()->parent_id(), back.snapshots[1]->id());
}

// Every single member taken away or made another kind is told, unless the member may be missing.
TEST(Metadata, DamageIsTold) {
  boost::json::object good = parse_json(metadata_to_json(full_metadata())).get_object();
  const std::set<std::string> kOptional{"properties", "refs",        "snapshot-log",          "metadata-log",
                                        "statistics", "sort-orders", "default-sort-order-id", "current-snapshot-id"};
  for (const auto& [key, value] : good) {
    boost::json::object bad = good;
    bad.erase(key);
    // Without its snapshots the metadata contradicts itself.
    bool told = is_damaged([&] { metadata_from_json(boost::json::serialize(bad)); });
    EXPECT_EQ(told, !kOptional.contains(std::string(key))) << key;
    if (key == "statistics" || key == "sort-orders" || key == "default-sort-order-id") continue;
    bad = good;
    bad[key] = true;
    EXPECT_TRUE(is_damaged([&] { metadata_from_json(boost::json::serialize(bad)); })) << key;
    bad[key] = 1e300;
    EXPECT_TRUE(is_damaged([&] { metadata_from_json(boost::json::serialize(bad)); })) << key;
  }
  auto with = [&](const char* key, boost::json::value value) {
    boost::json::object bad = good;
    bad[key] = std::move(value);
    return boost::json::serialize(bad);
  };
  EXPECT_TRUE(is_damaged([&] { metadata_from_json(with("format-version", 1)); }));
  EXPECT_TRUE(is_damaged([&] { metadata_from_json(with("current-schema-id", 9)); }));
  EXPECT_TRUE(is_damaged([&] { metadata_from_json(with("default-spec-id", 9)); }));
  EXPECT_TRUE(is_damaged([&] { metadata_from_json(with("current-snapshot-id", 9)); }));
  EXPECT_FALSE(is_damaged([&] { metadata_from_json(with("current-snapshot-id", -1)); }));
  EXPECT_TRUE(is_damaged([&] {
    metadata_from_json(with("refs", boost::json::object{{"b", {{"snapshot-id", 9}, {"type", "tag"}}}}));
  }));
  boost::json::array twice = good["snapshots"].get_array();
  twice.push_back(twice[0]);
  EXPECT_TRUE(is_damaged([&] { metadata_from_json(with("snapshots", twice)); }));
  std::string text = boost::json::serialize(good);
  for (std::size_t size = 0; size < text.size(); size += 3) {
    EXPECT_TRUE(is_damaged([&] { metadata_from_json(text.substr(0, size)); }));
  }
}

TEST(Metadata, CreateTableChecksItsSpec) {
  PartitionSpec spec = parse_partition_spec({"day(at)"}, people());
  Schema other(0, {{3, "at", type_of("string"), false, ""}});
  EXPECT_EQ(kind_of([&] { create_table("file:///t", other, spec, {}, "u", 0); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { create_table("file:///t", Schema(), spec, {}, "u", 0); }), ErrorKind::invalid_argument);
  TableMetadata metadata = create_table("file:///t", people(), spec, {}, "u", 0);
  EXPECT_EQ(metadata.last_partition_id, 1000);
  EXPECT_EQ(metadata.last_column_id, 4);
  EXPECT_EQ(metadata.properties.at(std::string(kPreviousVersionsMax)), "20");
}

TEST(Metadata, NameMapping) {
  Schema schema(0, {{1, "a\"", type_of("int"), false, ""}, {2, "l", Type::list(3, type_of("int"), true), false, ""}});
  EXPECT_EQ(
      name_mapping(schema, {{1, {"old"}}}),
      R"([{"field-id":1,"names":["a\"","old"]},{"field-id":2,"names":["l"],"fields":[{"field-id":3,"names":["element"]}]}])");
}

TEST(History, FindsVersions) {
  TableMetadata metadata = full_metadata();
  auto id = [&](std::size_t i) { return metadata.snapshots[i]->id(); };
  EXPECT_EQ(versions(metadata)[0]->id(), id(2));
  EXPECT_EQ(snapshot_at(metadata, 999'999), nullptr);
  EXPECT_EQ(snapshot_at(metadata, 1'000'000)->id(), id(0));
  EXPECT_EQ(snapshot_at(metadata, 2'999'999)->id(), id(1));
  EXPECT_EQ(snapshot_at(metadata, 1LL << 50)->id(), id(2));
  EXPECT_EQ(resolve(metadata, "main")->id(), id(2));
  EXPECT_EQ(resolve(metadata, "t \xc3\xa4")->id(), id(0));
  EXPECT_EQ(resolve(metadata, std::to_string(id(1)))->id(), id(1));
  EXPECT_EQ(resolve(metadata, "1970-01-01T00:00:02Z")->id(), id(1));
  EXPECT_EQ(resolve(metadata, "1970-01-01T00:00:00Z"), nullptr);
  for (auto none : {"", "x", "12", "Main", "99999999999999999999"}) EXPECT_EQ(resolve(metadata, none), nullptr) << none;
  EXPECT_EQ(ancestors(metadata, metadata.current_snapshot()).size(), 3U);
  EXPECT_TRUE(is_ancestor(metadata, id(0), id(2)));
  EXPECT_FALSE(is_ancestor(metadata, id(2), id(0)));
  EXPECT_EQ(branch_by_version(metadata).at(id(0)), "main");
}

TEST(History, EndsOnACircle) {
  TableMetadata metadata = full_metadata();
  Snapshot::Parts parts;
  parts.id = metadata.snapshots[0]->id();
  parts.parent_id = metadata.snapshots[2]->id();
  metadata.snapshots[0] =
      std::make_shared<const Snapshot>(parts, Operation::append, std::map<std::string, std::string>{});
  EXPECT_EQ(ancestors(metadata, metadata.current_snapshot()).size(), 3U);
  EXPECT_EQ(branch_by_version(metadata).size(), 3U);
}

}  // namespace
}  // namespace boathouse::iceberg
