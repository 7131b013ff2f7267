// SPDX-License-Identifier: Apache-2.0
#include "batch/json_text.h"

#include <gtest/gtest.h>

namespace boathouse::batch {
namespace {

TEST(JsonText, AcceptsEveryValue) {
  for (const char* text :
       {"0", "-0", "-1.5e+10", "1E2", "true", "false", "null", "\"\"", "\"a\\n\\u00e9\\\"\"", "[]", "{}", " [ ] ",
        "{ \"a\" : [ 1 , { } , \"x\" ] }", "[[[]]]", "\t\r\n1\n", "{\"a\":1,\"a\":2}", "\"\\ud800\"",
        "123456789012345678901234567890", "[1,\"0123456789abcdef0123456789abcdef\",2]"}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(JsonText, RefusesAllElse) {
  for (const char* text : {"",
                           " ",
                           "01",
                           "-",
                           "+1",
                           ".5",
                           "5.",
                           "1e",
                           "tru",
                           "True",
                           "nul",
                           "\"",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\u12",
                           "\"a\nb\"",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "{1:2}",
                           "{,}",
                           "[}",
                           "{]",
                           "1 2",
                           "{}{}",
                           "'a'",
                           "NaN",
                           "Infinity",
                           "// 1\n1",
                           "[1]]",
                           "\xef\xbb\xbf"
                           "1"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(JsonText, FaultsSayWhere) {
  const std::tuple<const char*, std::size_t, const char*> cases[] = {
      {"{\"a\":1,}", 7, "quotes"}, {"[1 2]", 3, "comma or ]"}, {"{\"a\" 1}", 5, "colon"}, {"[\"ab", 1, "not closed"},
      {"[01]", 1, "zero"},         {"[1", 2, "ends"},          {"\"a\tb\"", 2, "control"}};
  for (const auto& [text, at, what] : cases) {
    std::size_t pos = 0;
    JsonFault fault;
    EXPECT_FALSE(skip_json_value(text, pos, fault)) << text;
    EXPECT_EQ(fault.at, at) << text;
    EXPECT_NE(std::string(fault.what).find(what), std::string::npos) << text << ": " << fault.what;
  }
}

TEST(JsonText, DepthIsLimited) {
  auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(is_json(nested(kMaxJsonDepth)));
  EXPECT_FALSE(is_json(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(is_json(std::string(1000000, '[')));
}

TEST(JsonText, FindsTheEndOfAValue) {
  std::string_view text = "{\"a\":[1,2]} tail";
  std::size_t pos = 0;
  JsonFault fault;
  ASSERT_TRUE(skip_json_value(text, pos, fault));
  EXPECT_EQ(text.substr(pos), " tail");
}

TEST(JsonText, WalksMembers) {
  std::string_view text = "{ \"a\" : 1 , \"b\\n\":[2,{}] }x";
  JsonMembers members(text, 0);
  std::string_view name;
  std::string_view value;
  ASSERT_TRUE(members.next(name, value));
  EXPECT_EQ(name, "\"a\"");
  EXPECT_EQ(value, "1");
  ASSERT_TRUE(members.next(name, value));
  EXPECT_EQ(name, "\"b\\n\"");
  EXPECT_EQ(value, "[2,{}]");
  EXPECT_FALSE(members.next(name, value));
  EXPECT_EQ(members.fault().what, nullptr);
  EXPECT_EQ(text.substr(members.position()), "x");
}

std::optional<std::string> content(std::string_view token) {
  std::string buffer;
  std::string_view out;
  return json_string(token, buffer, out) ? std::optional(std::string(out)) : std::nullopt;
}

TEST(JsonText, UnescapesStrings) {
  EXPECT_EQ(content("\"plain\""), "plain");
  EXPECT_EQ(content("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(content("\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00!\""), "Aé€😀!");
  EXPECT_EQ(content("\"\\u0000\""), std::string("\0", 1));
  EXPECT_EQ(content("\"\\ud83d\""), std::nullopt);
  EXPECT_EQ(content("\"\\ud83dx\""), std::nullopt);
  EXPECT_EQ(content("\"\\ude00\""), std::nullopt);
  EXPECT_EQ(content("\"\\ud83d\\u0041\""), std::nullopt);
}

TEST(JsonText, EscapedStringsReadBack) {
  std::string text = "a\"b\\c\n\r\t\x01\x1f é😀";
  std::string token;
  append_json_string(token, text);
  EXPECT_TRUE(is_json(token));
  EXPECT_EQ(content(token), text);
}

template <typename T>
std::optional<T> number(bool (*parse)(std::string_view, T&), const char* token) {
  T value{};
  return parse(token, value) ? std::optional<T>(value) : std::nullopt;
}

TEST(JsonText, IntegersByValue) {
  const std::pair<const char*, std::int32_t> good[] = {
      {"1", 1},       {"1.0", 1}, {"-1.000", -1}, {"1e3", 1000},        {"1.5e1", 15},
      {"150e-1", 15}, {"0.0", 0}, {"-0", 0},      {"0e99999999999", 0}, {"2147483647.0", 2147483647}};
  for (const auto& [token, value] : good) EXPECT_EQ(number(json_integer, token), value) << token;
  for (const char* token :
       {"1.5", "2147483648", "2147483648e0", "-2147483649", "1e10", "1e-1", "0.1", "1e999999999999999999999"}) {
    EXPECT_EQ(number(json_integer, token), std::nullopt) << token;
  }
  EXPECT_EQ(number(json_bigint, "9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(number(json_bigint, "9223372036854775807.00"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(number(json_bigint, "-9.223372036854775808e18"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(number(json_bigint, "9223372036854775808"), std::nullopt);
  EXPECT_EQ(number(json_bigint, "9223372036854775808.0"), std::nullopt);
  EXPECT_EQ(number(json_bigint, "1e19"), std::nullopt);
}

TEST(JsonText, TheTextOfAMember) {
  constexpr std::string_view kObject = R"({"a": 1, "b":"x \"y\" \u00e9", "c":null, "d":"\ud800", "e":{"f":"inner"}})";
  EXPECT_EQ(json_text_member(kObject, "b"), "x \"y\" \xc3\xa9");
  for (std::string_view none : {"a", "c", "d", "e", "f", "g"})
    EXPECT_EQ(json_text_member(kObject, none), std::nullopt) << none;
  EXPECT_EQ(json_text_member(R"({"a":"1)", "a"), std::nullopt);
}

std::optional<Int128> decimal(const std::string& token, int precision, int scale) {
  Int128 value = 0;
  return json_decimal(token, precision, scale, value) ? std::optional<Int128>(value) : std::nullopt;
}

TEST(JsonText, DecimalsByValue) {
  EXPECT_EQ(decimal("12.340", 6, 2), 1234);
  EXPECT_EQ(decimal("1e2", 6, 2), 10000);
  EXPECT_EQ(decimal("-0.01", 6, 2), -1);
  EXPECT_EQ(decimal("9999.99", 6, 2), 999999);
  EXPECT_EQ(decimal("0.12", 2, 2), 12);
  EXPECT_EQ(decimal("1000e-5", 6, 2), 1);
  EXPECT_EQ(decimal("0.000", 2, 2), 0);
  EXPECT_EQ(decimal("12.345", 6, 2), std::nullopt);
  EXPECT_EQ(decimal("10000", 6, 2), std::nullopt);
  EXPECT_EQ(decimal("1e4", 6, 2), std::nullopt);
  EXPECT_EQ(decimal("1", 2, 2), std::nullopt);
  EXPECT_EQ(decimal("1e-99999999999999999999", 6, 2), std::nullopt);
  std::string nines(38, '9');
  EXPECT_EQ(decimal_text(*decimal(nines, 38, 0), 0), nines);
  EXPECT_EQ(decimal(nines + "9", 38, 0), std::nullopt);
  EXPECT_EQ(decimal("1" + std::string(100000, '0') + "e-100000", 6, 2), 100);
  EXPECT_EQ(decimal("0." + std::string(100000, '0') + "1e100001", 6, 2), 100);
}

}  // namespace
}  // namespace boathouse::batch
