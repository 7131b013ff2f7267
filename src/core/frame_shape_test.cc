// SPDX-License-Identifier: Apache-2.0
#include "core/frame_shape.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/error.h"
#include "core/frame_dates.h"
#include "core/frame_evidence.h"
#include "core/frames.h"

namespace boathouse::core {
namespace {

TEST(FrameShape, IsTheSameOutOfItsText) {
  FrameShape shape;
  shape.keys = {{"day", FrameKey::date}, {"n", FrameKey::id}};
  shape.names = {{"A__2", "a"}};
  shape.json = {"j"};
  shape.nested = {{"j", "STRUCT(a BIGINT[])"}};
  shape.empty = {"e"};
  shape.dates = {{"day", "0000-00-00T00:00:00Z"}};
  shape.footer = {{"pandas", "{\"x\": \"ü\"}"}};
  EXPECT_EQ(FrameShape::parse(shape.to_json()), shape);
  EXPECT_EQ(FrameShape::parse(FrameShape().to_json()), FrameShape());
  EXPECT_NE(frame_hash(shape.to_json()), frame_hash(FrameShape().to_json()));
}

TEST(FrameShape, KeysAreDatesAndOneId) {
  auto parse = [](const char* text) { return parse_columns_keys(boost::json::parse(text)); };
  EXPECT_TRUE(parse("null").empty());
  EXPECT_EQ(parse(R"({"b":"ID","a":"Date"})"), (ColumnsKeys{{"b", FrameKey::id}, {"a", FrameKey::date}}));
  for (const char* wrong : {R"({"a":"date"})", R"({"a":1})", R"(["a"])", R"("a")", R"({"a":"ID","b":"ID"})",
                            R"({"a":"Date","b":"Date"})"}) {
    EXPECT_THROW(parse(wrong), base::Error) << wrong;
  }
}

TEST(FrameShape, StoredNamesDifferInMoreThanCase) {
  StoredNames names;
  EXPECT_EQ(names.store("A"), "A");
  EXPECT_EQ(names.store("a"), "a__2");
  EXPECT_EQ(names.store("a"), "a__3");
  EXPECT_EQ(names.store("_ROW"), "_ROW__2");
  EXPECT_EQ(names.store("A__2"), "A__2__2");
}

TEST(FrameKeys, AreBranches) {
  EXPECT_EQ(branch_of_key("NOW"), "main");
  EXPECT_EQ(branch_of_key("now"), "key-now");
  EXPECT_EQ(branch_of_key("main"), "key-main");
  EXPECT_EQ(branch_of_key("a/b ü"), "key-a%2Fb%20%C3%BC");
  for (const char* key : {"NOW", "now", "main", "a/b ü", "%", "key-x"})
    EXPECT_EQ(key_of_branch(branch_of_key(key)), key);
  EXPECT_EQ(key_of_branch("other"), std::nullopt);
  EXPECT_NO_THROW(branch_of_key(std::string(255, 'k')));
  EXPECT_THROW(branch_of_key(std::string(256, 'k')), base::Error);
  EXPECT_THROW(branch_of_key(""), base::Error);
  EXPECT_THROW(branch_of_key(std::string_view("a\0b", 3)), base::Error);
}

TEST(DateForm, KnowsTheFormsOfIso8601) {
  struct Case {
    const char* mask;
    const char* zone;
    const char* type;
  };
  for (const Case& c :
       {Case{"0000-00-00", "", "DATE"}, Case{"0000-00-00 00:00", "", "TIMESTAMP"},
        Case{"0000-00-00T00:00:00", "", "TIMESTAMP"}, Case{"0000-00-00T00:00:00.000000", "Z", "TIMESTAMPTZ"},
        Case{"0000-00-00T00:00:00.0", "+02:00", "TIMESTAMPTZ"}}) {
    auto form = DateForm::of_text(c.mask, c.zone);
    ASSERT_TRUE(form) << c.mask;
    EXPECT_EQ(form->kept(), std::string(c.mask) + c.zone);
    EXPECT_EQ(DateForm::parse(form->kept()).kept(), form->kept());
    EXPECT_EQ(form->type().to_text(), c.type);
  }
  EXPECT_TRUE(DateForm::parse("epoch_ms").is_number());
  for (const char* mask : {"", "0000", "00/00/0000", "0000-00-00T", "0000-00-00T00", "0000-00-00T00:00:00.",
                           "0000-00-00T00:00:00.0000000", "0000-00-00x00:00", "0000-00-00 00:00:00 "}) {
    EXPECT_FALSE(DateForm::of_text(mask, "")) << mask;
  }
  EXPECT_FALSE(DateForm::of_text("0000-00-00", "Z"));
}

TEST(FrameTypes, GrowWhereNothingIsLost) {
  auto type = [](const char* text) { return batch::ColumnType::parse(text); };
  auto with = [&](const char* existing, const char* coming) {
    auto grown = frame_type_with(type(existing), type(coming));
    return grown ? grown->to_text() : "none";
  };
  EXPECT_EQ(with("INTEGER", "BIGINT"), "BIGINT");
  EXPECT_EQ(with("BIGINT", "INTEGER"), "BIGINT");
  EXPECT_EQ(with("BIGINT", "DOUBLE"), "DOUBLE");
  EXPECT_EQ(with("DOUBLE", "BIGINT"), "DOUBLE");
  EXPECT_EQ(with("STRING", "BIGINT"), "none");
  EXPECT_EQ(with("BIGINT", "STRING"), "none");
  EXPECT_EQ(with("BOOLEAN", "BIGINT"), "none");
  EXPECT_EQ(with("DECIMAL(9,2)", "BIGINT"), "DECIMAL(9,2)");
  EXPECT_EQ(with("DECIMAL(9,2)", "DOUBLE"), "none");
}

}  // namespace
}  // namespace boathouse::core
