// SPDX-License-Identifier: Apache-2.0
#include "net/headers.h"

#include "net/test_support.h"

namespace boathouse::net {
namespace {

using testing::error_of;

TEST(Headers, ComparesNamesWithoutCaseAndKeepsOrder) {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("X-One", "1");
  headers.add("accept", "b");
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_EQ(headers.count("Accept"), 2U);
  EXPECT_FALSE(headers.has("Accept-"));
  headers.set("aCCept", "c");
  ASSERT_EQ(headers.items.size(), 2U);
  EXPECT_EQ(headers.items[0].first, "X-One");
  EXPECT_EQ(headers.get("Accept"), "c");
  EXPECT_EQ(headers.get("None", "other"), "other");
  headers.add("accept", "d");
  EXPECT_EQ(headers.joined("Accept"), "c, d");
  EXPECT_EQ(headers.joined("None"), "");
}

TEST(Headers, ListsHaveItemsBetweenCommas) {
  using Items = std::vector<std::string_view>;
  EXPECT_EQ(list_items(" a ,b,"), (Items{"a", "b"}));
  EXPECT_EQ(list_items("a,,b"), (Items{"a", "", "b"}));
  EXPECT_EQ(list_items(""), Items{});
}

TEST(Form, DecodesPairsInOrder) {
  NamedValues form = parse_form("a=1&b=x+y%2Bz&a=2&flag&&e=%C3%A9");
  EXPECT_EQ(form.get("a"), "1");
  EXPECT_EQ(form.all("a"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(form.get("b"), "x y+z");
  EXPECT_TRUE(form.has("flag"));
  EXPECT_EQ(form.get("flag", "otherwise"), "");
  EXPECT_EQ(form.get("e"), "\xC3\xA9");
  EXPECT_FALSE(form.has("A"));
  EXPECT_TRUE(parse_form("").items.empty());
}

TEST(Form, RefusesBrokenEscapesNulAndBadUtf8) {
  for (const char* bad : {"a=%", "a=%2", "a=%zz", "%G0=1", "a=%00", "a=%FF"}) {
    EXPECT_EQ(error_of([&] { parse_form(bad); }).kind(), base::ErrorKind::invalid_argument) << bad;
  }
}

TEST(Parameters, UndoesQuotes) {
  auto parsed = parse_parameterized("Form-Data; NAME=\"a\\\"b\\\\c\"; filename=\"C:\\dir\\x;y.csv\" ; x=1;");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->value, "form-data");
  EXPECT_EQ(parsed->parameters.get("name"), "a\"b\\c");
  EXPECT_EQ(parsed->parameters.get("filename"), "C:\\dir\\x;y.csv");
  EXPECT_EQ(parsed->parameters.get("x"), "1");
}

TEST(Parameters, RefusesMalformedOnes) {
  for (const char* bad : {"", ";", "a; b", "a; b=\"x", "a; b=\"x\" y", "a; =x", "a; b c=x"}) {
    EXPECT_FALSE(parse_parameterized(bad)) << bad;
  }
}

TEST(FieldSyntax, KnowsTokensAndValues) {
  EXPECT_TRUE(is_token("X-Request_Id.1"));
  for (const char* bad : {"", "a b", "a:", "a\r", "\xC3\xA9", "a\""}) EXPECT_FALSE(is_token(bad)) << bad;
  EXPECT_TRUE(is_field_value("plain \t text \xC3\xA9"));
  for (const char* bad : {"a\r\nb", "a\nb", "a\x01", "\x7f"}) EXPECT_FALSE(is_field_value(bad)) << bad;
  EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace boathouse::net
