// SPDX-License-Identifier: Apache-2.0
#include "iceberg/evolve.h"

#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

Schema base_schema() {
  return Schema(0,
                {{1, "id", type_of("int"), true, ""},
                 {2, "price", type_of("decimal(9,2)"), false, ""},
                 {3, "ratio", type_of("float"), true, ""},
                 {4, "tags", Type::list(5, type_of("string"), true), false, ""}},
                {1});
}

std::string names_of(const Schema& schema) {
  std::string names;
  for (const Field& field : schema.fields())
    names += fmt::format("{}:{}{} ", field.name, field.id, field.required ? "!" : "");
  return names;
}

Evolved after(std::vector<Step> steps, bool required_allowed = false) {
  return evolve(base_schema(), 9, steps, required_allowed);
}
bool refused(std::vector<Step> steps, bool required_allowed = false) {
  return kind_of([&] { after(steps, required_allowed); }) == ErrorKind::invalid_argument;
}

TEST(Evolve, AddsColumnsWithFreshIds) {
  Evolved evolved = after(
      {AddColumn{"a", type_of("int"), false, "doc", std::nullopt}, AddColumn{"b", type_of("int"), false, "", "price"}});
  EXPECT_EQ(names_of(evolved.schema), "id:1! b:11 price:2 ratio:3! tags:4 a:10 ");
  EXPECT_EQ(evolved.last_column_id, 11);
  EXPECT_TRUE(evolved.changed);
  evolved = after({AddColumn{"n", Type::map(1, type_of("string"), 2, Type::list(3, type_of("int"), true), false), false,
                             "", std::nullopt},
                   AddColumn{"z", type_of("int"), false, "", std::nullopt}});
  const Field& nested = *evolved.schema.find("n");
  EXPECT_EQ(nested.id, 10);
  EXPECT_GT(nested.type.children()[0].id, 10);
  EXPECT_GT(evolved.schema.find("z")->id, nested.type.children()[1].type.children()[0].id);
  EXPECT_EQ(evolved.last_column_id, evolved.schema.find("z")->id);
  EXPECT_TRUE(refused({AddColumn{"ID", type_of("int"), false, "", std::nullopt}}));
  EXPECT_TRUE(refused({AddColumn{"", type_of("int"), false, "", std::nullopt}}));
  EXPECT_TRUE(refused({AddColumn{"r", type_of("int"), true, "", std::nullopt}}));
  EXPECT_FALSE(refused({AddColumn{"r", type_of("int"), true, "", std::nullopt}}, true));
  EXPECT_TRUE(refused({AddColumn{"a", type_of("int"), false, "", "none"}}));
}

TEST(Evolve, DropsRenamesAndReorders) {
  EXPECT_EQ(names_of(after({DropColumn{"price"}, RenameColumn{"RATIO", "share"}}).schema), "id:1! share:3! tags:4 ");
  EXPECT_TRUE(after({DropColumn{"id"}}).schema.identifier_field_ids().empty());
  // A name that returns is another column.
  EXPECT_EQ(
      names_of(after({DropColumn{"price"}, AddColumn{"price", type_of("string"), false, "", std::nullopt}}).schema),
      "id:1! ratio:3! tags:4 price:10 ");
  EXPECT_EQ(names_of(after({RenameColumn{"price", "Price"}}).schema), "id:1! Price:2 ratio:3! tags:4 ");
  EXPECT_EQ(names_of(after({Reorder{{"tags", "id"}}}).schema), "tags:4 id:1! price:2 ratio:3! ");
  EXPECT_TRUE(refused({DropColumn{"none"}}));
  EXPECT_TRUE(refused({RenameColumn{"none", "x"}}));
  EXPECT_TRUE(refused({RenameColumn{"id", "price"}}));
  EXPECT_TRUE(refused({RenameColumn{"id", ""}}));
  EXPECT_TRUE(refused({Reorder{{"id", "id"}}}));
}

TEST(Evolve, WidensAsIcebergAllows) {
  EXPECT_EQ(after({WidenColumn{"id", type_of("long")}}).schema.find(1)->type, type_of("long"));
  EXPECT_EQ(after({WidenColumn{"ratio", type_of("double")}}).schema.find(3)->type, type_of("double"));
  EXPECT_EQ(after({WidenColumn{"price", type_of("decimal(12,2)")}}).schema.find(2)->type, type_of("decimal(12,2)"));
  EXPECT_FALSE(after({WidenColumn{"id", type_of("int")}}).changed);
  for (auto [column, type] : {std::pair{"id", "double"},
                              {"id", "string"},
                              {"ratio", "float"},
                              {"price", "decimal(8,2)"},
                              {"price", "decimal(12,3)"},
                              {"tags", "string"}}) {
    if (std::string_view(type) == "float") continue;
    EXPECT_TRUE(refused({WidenColumn{column, type_of(type)}})) << column << type;
  }
  EXPECT_FALSE(can_widen(type_of("long"), type_of("int")));
  EXPECT_FALSE(can_widen(type_of("date"), type_of("timestamp")));
}

TEST(Evolve, AnotherTypeIsAnotherColumn) {
  Evolved evolved = after({ReplaceColumn{"id", type_of("string"), false}});
  EXPECT_EQ(names_of(evolved.schema), "id:10 price:2 ratio:3! tags:4 ");
  EXPECT_TRUE(evolved.schema.identifier_field_ids().empty());
  EXPECT_TRUE(refused({ReplaceColumn{"id", type_of("string"), true}}));
}

TEST(Evolve, OptionalAndRequired) {
  EXPECT_EQ(names_of(after({SetRequired{"id", false}}).schema), "id:1 price:2 ratio:3! tags:4 ");
  EXPECT_TRUE(after({SetRequired{"id", false}}).schema.identifier_field_ids().empty());
  EXPECT_TRUE(refused({SetRequired{"price", true}}));
  EXPECT_FALSE(refused({SetRequired{"price", true}}, true));
  EXPECT_FALSE(after({SetRequired{"id", true}}).changed);
  EXPECT_EQ(after({SetDoc{"id", "the key"}}).schema.find(1)->doc, "the key");
}

TEST(Evolve, MakesRoomForWhatArrives) {
  std::vector<Field> wanted{{0, "ID", type_of("long"), true, ""},
                            {0, "price", type_of("string"), false, ""},
                            {0, "ratio", type_of("float"), false, ""},
                            {0, "new", type_of("date"), true, ""},
                            {0, "tags", Type::list(77, type_of("string"), false), false, ""}};
  Accommodation found = accommodate(base_schema(), wanted, false);
  EXPECT_EQ(found.misfits, std::vector<std::string>{"price"});
  Evolved evolved = after(found.steps);
  EXPECT_EQ(names_of(evolved.schema), "id:1! price:2 ratio:3! tags:4 new:10 ");
  EXPECT_EQ(evolved.schema.find(1)->type, type_of("long"));
  EXPECT_EQ(names_of(after(accommodate(base_schema(), wanted, true).steps).schema),
            "id:1! price:10 ratio:3! tags:4 new:11 ");
  // What fits into a wider column changes nothing.
  Schema wide = after({WidenColumn{"id", type_of("long")}}).schema;
  EXPECT_TRUE(accommodate(wide, {{0, "id", type_of("int"), true, ""}}, false).steps.empty());
  EXPECT_EQ(names_of(after(accommodate(base_schema(), {wanted[0]}, false, true).steps).schema),
            "id:1! price:2 ratio:3 tags:4 ");
}

}  // namespace
}  // namespace boathouse::iceberg
