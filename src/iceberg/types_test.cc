// SPDX-License-Identifier: Apache-2.0
#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

TEST(Types, AreSpelledAsIcebergSpellsThem) {
  for (auto text : {"boolean", "int", "long", "float", "double", "decimal(38,10)", "date", "time", "timestamp",
                    "timestamptz", "string", "uuid", "fixed[16]", "binary"}) {
    EXPECT_EQ(Type::parse(text).to_string(), text);
  }
  EXPECT_EQ(Type::parse("decimal(9, 2)"), Type::decimal(9, 2));
  EXPECT_NE(Type::parse("decimal(9,2)"), Type::decimal(9, 3));
  for (auto text :
       {"", "INT", "decimal", "decimal(0,0)", "decimal(39,0)", "decimal(3,4)", "decimal(3,-1)", "decimal(3)",
        "fixed[0]", "fixed[-1]", "fixed[x]", "fixed", "struct", "decimal(9,2", "fixed[99999999999]"}) {
    EXPECT_EQ(kind_of([&] { Type::parse(text); }), ErrorKind::invalid_argument) << text;
  }
  EXPECT_EQ(kind_of([] { Type{TypeKind::decimal}; }), ErrorKind::invalid_argument);
  Type nested = Type::list(
      2, Type::map(3, type_of("string"), 4, Type::structure({{5, "a", type_of("int"), true, ""}}), false), true);
  EXPECT_EQ(nested.to_string(), "list<map<string, struct<a: int>>>");
}

Schema nested_schema() {
  Type address =
      Type::structure({{7, "street \"x\"", type_of("string"), false, "a doc"}, {8, "no", type_of("long"), true, ""}});
  return Schema(3,
                {{1, "id", type_of("long"), true, "the key"},
                 {2, "preis", type_of("decimal(9,2)"), false, ""},
                 {3, "tags", Type::list(4, type_of("string"), true), false, ""},
                 {5, "by_name", Type::map(6, type_of("string"), 9, address, false), false, ""},
                 {10, "\xc3\xa4\n\t", type_of("fixed[4]"), false, ""}},
                {1});
}

TEST(Schemas, GoThroughJsonUnchanged) {
  Schema schema = nested_schema();
  Schema back = schema_from_json(parse_json(schema.json()));
  EXPECT_TRUE(back.same_columns(schema));
  EXPECT_EQ(back.id(), 3);
  EXPECT_EQ(back.json(), schema.json());
  EXPECT_EQ(back.highest_field_id(), 10);
  EXPECT_EQ(back.find(7)->name, "street \"x\"");
  EXPECT_EQ(back.find("id")->doc, "the key");
  EXPECT_EQ(back.find("ID"), nullptr);
  EXPECT_EQ(back.find_any_case("ID")->id, 1);
  EXPECT_EQ(back.find(99), nullptr);
  EXPECT_FALSE(back.same_columns(people()));
  EXPECT_EQ(schema.with_id(5).id(), 5);
}

TEST(Schemas, RefuseWhatContradictsItself) {
  Type integer = type_of("int");
  auto refused = [](std::vector<Field> fields, std::vector<int> identifiers = {}) {
    return kind_of([&] { Schema(0, fields, identifiers); }) == ErrorKind::invalid_argument;
  };
  EXPECT_FALSE(refused({{1, "a", integer, true, ""}, {2, "A", integer, false, ""}}, {1}));
  EXPECT_TRUE(refused({{1, "a", integer, true, ""}, {2, "a", integer, false, ""}}));
  EXPECT_TRUE(refused({{1, "a", integer, true, ""}, {1, "b", integer, false, ""}}));
  EXPECT_TRUE(refused({{0, "a", integer, true, ""}}));
  EXPECT_FALSE(refused({{kFirstReservedFieldId - 1, "a", integer, true, ""}}));
  EXPECT_TRUE(refused({{kFirstReservedFieldId, "a", integer, true, ""}}));
  EXPECT_TRUE(refused({{1, "a", Type::list(1, integer, true), true, ""}}));
  EXPECT_TRUE(refused({{1, "a", integer, false, ""}}, {1}));
  EXPECT_TRUE(refused({{1, "a", integer, true, ""}}, {2}));
}

TEST(Schemas, FreshIdsGoParentsFirst) {
  std::vector<Field> fields = assign_fresh_ids(nested_schema().fields(), 11);
  Schema fresh(0, fields);
  EXPECT_EQ(fresh.find("id")->id, 11);
  EXPECT_EQ(fresh.fields().back().id, 15);
  EXPECT_EQ(fresh.highest_field_id(), 20);
  EXPECT_EQ(fresh.find("tags")->type.children()[0].id, 16);
}

TEST(Schemas, DamagedJsonIsTold) {
  std::string good = nested_schema().json();
  EXPECT_FALSE(is_damaged([&] { schema_from_json(parse_json(good)); }));
  for (
      auto bad :
      {"", "{", "[]", "null", R"({"type":"struct"})", R"({"fields":[{"id":1}]})",
       R"({"fields":[{"id":"1","name":"a","required":true,"type":"int"}]})",
       R"({"fields":[{"id":1,"name":"a","required":1,"type":"int"}]})",
       R"({"fields":[{"id":99999999999,"name":"a","required":true,"type":"int"}]})",
       R"({"fields":[{"id":1,"name":"a","required":true,"type":"number"}]})",
       R"({"fields":[{"id":1,"name":"a","required":true,"type":{"type":"list"}}]})",
       R"({"fields":[{"id":1,"name":"a","required":true,"type":"int"},{"id":1,"name":"b","required":true,"type":"int"}]})"}) {
    EXPECT_TRUE(is_damaged([&] { schema_from_json(parse_json(bad)); })) << bad;
  }
  std::string deep = "\"int\"";
  for (int i = 0; i < 70; ++i) {
    deep = fmt::format(R"({{"type":"list","element-id":{},"element-required":true,"element":{}}})", i + 2, deep);
  }
  std::string schema = R"({"fields":[{"id":1,"name":"a","required":true,"type":)" + deep + "}]}";
  EXPECT_TRUE(is_damaged([&] { schema_from_json(parse_json(schema)); }));
}

}  // namespace
}  // namespace boathouse::iceberg
