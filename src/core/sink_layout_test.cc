// SPDX-License-Identifier: Apache-2.0
#include "core/sink_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"

namespace boathouse::core {
namespace {

using iceberg::Type;
using iceberg::TypeKind;
using testing::ElementsAre;

iceberg::Schema schema_of(const std::vector<std::pair<std::string, Type>>& columns) {
  std::vector<iceberg::Field> fields;
  for (const auto& [name, type] : columns) fields.push_back({.name = name, .type = type, .doc = {}});
  return iceberg::Schema(0, iceberg::assign_fresh_ids(std::move(fields)));
}

TEST(SinkName, IsKeptUpTo63Bytes) {
  EXPECT_EQ(sink_name(std::string(63, 'a')), std::string(63, 'a'));
  const std::string cut = sink_name(std::string(64, 'a'));
  EXPECT_EQ(cut.size(), 63u);
  EXPECT_TRUE(cut.starts_with(std::string(46, 'a') + "_"));
  EXPECT_NE(cut, sink_name(std::string(65, 'a')));
  EXPECT_EQ(sink_name("Ordinary/name \"x\""), "Ordinary/name \"x\"");
}

TEST(SinkName, IsNotCutWithinACharacter) {
  const std::string cut = sink_name("a" + std::string(40, 'b') + "üüüüüüüüüüüüüü");
  EXPECT_LE(cut.size(), 63u);
  EXPECT_TRUE(base::is_utf8(cut));
}

TEST(SinkName, IsNoSystemColumnsNorTheWatermarks) {
  EXPECT_TRUE(sink_name("boathouse_watermarks").starts_with("boathouse_watermarks_"));
  EXPECT_TRUE(sink_name("ctid").starts_with("ctid_"));
  EXPECT_TRUE(sink_name("xmin").starts_with("xmin_"));
  EXPECT_EQ(sink_name("CTID"), "CTID");
}

TEST(SinkLayout, GivesEachColumnItsType) {
  const iceberg::Schema schema = schema_of({{"id", Type(TypeKind::int32)},
                                            {"n", Type::decimal(9, 2)},
                                            {"at", Type(TypeKind::timestamptz)},
                                            {"b", Type(TypeKind::binary)}});
  SinkLayout layout = sink_layout(schema, std::nullopt, {.types = SinkTypes::faithful, .key = {"ID"}});
  EXPECT_EQ(layout.columns[1].type, "numeric(9,2)");
  EXPECT_EQ(layout.columns[2].type, "timestamp with time zone");
  EXPECT_EQ(layout.columns[3].type, "bytea");
  EXPECT_THAT(layout.key, ElementsAre("id"));
  layout = sink_layout(schema, std::nullopt, {.types = SinkTypes::simple, .key = {}});
  EXPECT_EQ(layout.columns[0].type, "numeric");
  EXPECT_EQ(layout.columns[2].type, "timestamp without time zone");
  EXPECT_EQ(layout.columns[3].type, "text");
  EXPECT_TRUE(layout.key.empty());
}

TEST(SinkLayout, PutsWhatIsTooManyIntoOneColumnButNeverTheKey) {
  const iceberg::Schema schema = schema_of({{"a", Type(TypeKind::string)},
                                            {"_more", Type(TypeKind::string)},
                                            {"c", Type(TypeKind::string)},
                                            {"id", Type(TypeKind::int64)}});
  SinkLayout layout =
      sink_layout(schema, std::nullopt, {.types = SinkTypes::faithful, .key = {"id"}, .most_columns = 4});
  EXPECT_EQ(layout.columns.size(), 4u);
  EXPECT_EQ(layout.rest_name, "");
  layout = sink_layout(schema, std::nullopt, {.types = SinkTypes::faithful, .key = {"id"}, .most_columns = 3});
  ASSERT_EQ(layout.columns.size(), 3u);
  EXPECT_EQ(layout.columns[2].name, "id");
  ASSERT_EQ(layout.rest.size(), 1u);
  EXPECT_EQ(layout.rest[0].field.name, "c");
  EXPECT_TRUE(layout.rest_name.starts_with("_more_")) << "the table has a column of that name";
}

TEST(SinkLayout, WidensWhatPostgresqlTurnsIntoTheSameValue) {
  EXPECT_TRUE(widens("integer", "bigint"));
  EXPECT_TRUE(widens("bigint", "double precision"));
  EXPECT_TRUE(widens("numeric(9,2)", "numeric(10,2)"));
  EXPECT_TRUE(widens("numeric(9,2)", "numeric"));
  EXPECT_TRUE(widens("text", "text"));
  EXPECT_FALSE(widens("bigint", "integer"));
  EXPECT_FALSE(widens("numeric(10,2)", "numeric(10,3)"));
  EXPECT_FALSE(widens("numeric", "numeric(10,3)"));
  EXPECT_FALSE(widens("integer", "text"));
}

}  // namespace
}  // namespace boathouse::core
