// SPDX-License-Identifier: Apache-2.0
#include "api/common/json_fields.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace boathouse::api {
namespace {

base::Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error;
  }
  return base::Error(base::ErrorKind::internal, "no error");
}

std::string wrong_field_of(std::string_view body, const std::function<void(JsonFields&)>& read) {
  base::Error error = error_of([&] {
    JsonFields fields(parse_json(body));
    read(fields);
  });
  EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument) << error.message();
  const auto* field = error.detail().if_contains("field");
  return field ? std::string(field->as_string()) : "";
}

TEST(JsonFields, ReadsWhatIsThere) {
  JsonFields fields(parse_json(R"({"a":"x","b":true,"c":-5,"d":[1],"e":null})"));
  EXPECT_EQ(fields.text("a"), "x");
  EXPECT_EQ(fields.optional_flag("b"), true);
  EXPECT_EQ(fields.optional_integer("c"), -5);
  EXPECT_EQ(fields.any("d"), (boost::json::array{1}));
  EXPECT_EQ(fields.optional_text("e"), std::nullopt);
  EXPECT_TRUE(fields.any("f").is_null());
  EXPECT_NO_THROW(fields.finish());
}

TEST(JsonFields, NamesAFieldThatNobodyAskedFor) {
  EXPECT_EQ(wrong_field_of(R"({"a":"x","colour":1})", [](JsonFields& f) { f.text("a"), f.finish(); }), "colour");
}

TEST(JsonFields, NamesAFieldOfTheWrongKind) {
  EXPECT_EQ(wrong_field_of(R"({"a":1})", [](JsonFields& f) { f.text("a"); }), "a");
  EXPECT_EQ(wrong_field_of(R"({})", [](JsonFields& f) { f.text("a"); }), "a");
  EXPECT_EQ(wrong_field_of(R"({"a":null})", [](JsonFields& f) { f.text("a"); }), "a");
  EXPECT_EQ(wrong_field_of(R"({"b":"true"})", [](JsonFields& f) { f.optional_flag("b"); }), "b");
  EXPECT_EQ(wrong_field_of(R"({"c":1.5})", [](JsonFields& f) { f.optional_integer("c"); }), "c");
  EXPECT_EQ(wrong_field_of(R"({"c":9223372036854775808})", [](JsonFields& f) { f.optional_integer("c"); }), "c");
}

TEST(JsonFields, RefusesWhatIsNoObject) {
  for (std::string_view body : {"[]", "3", "\"x\"", "null"}) {
    base::Error error = error_of([&] { JsonFields fields(parse_json(body)); });
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument) << body;
  }
}

TEST(ParseJson, TellsWhereItBreaks) {
  base::Error error = error_of([] { parse_json(R"({"a":1,})"); });
  EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
  EXPECT_EQ(error.detail().at("byte").to_number<int>(), 7);
  for (std::string_view body : {"", "{", "{}{}", "{\"a\":\"\xff\"}", "nul"}) {
    EXPECT_EQ(error_of([&] { parse_json(body); }).kind(), base::ErrorKind::invalid_argument) << body;
  }
}

}  // namespace
}  // namespace boathouse::api
