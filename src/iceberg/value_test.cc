// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "base/encoding.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

TEST(Values, GoThroughText) {
  const std::pair<const char*, const char*> kCases[] = {{"boolean", "true"},
                                                        {"int", "-2147483648"},
                                                        {"long", "9223372036854775807"},
                                                        {"double", "-0.1"},
                                                        {"decimal(9,2)", "-12.50"},
                                                        {"decimal(38,0)", "-99999999999999999999999999999999999999"},
                                                        {"decimal(4,4)", "0.0001"},
                                                        {"date", "1969-12-31"},
                                                        {"date", "0001-01-01"},
                                                        {"time", "23:59:59.999999"},
                                                        {"time", "00:00:00"},
                                                        {"timestamp", "1969-12-31T23:59:59.9"},
                                                        {"timestamptz", "2024-02-29T00:00:00"},
                                                        {"string", "null"},
                                                        {"string", ""},
                                                        {"uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7"},
                                                        {"binary", "00ff"},
                                                        {"fixed[2]", "ab00"}};
  for (const auto& [type, text] : kCases) {
    auto value = value_from_text(type_of(type), text);
    ASSERT_TRUE(value) << type << " " << text;
    EXPECT_EQ(to_text(*value), text) << type;
  }
}

TEST(Values, ReadWhatDuckDbPrints) {
  EXPECT_EQ(value_of(type_of("boolean"), "1"), Value(true));
  EXPECT_EQ(value_of(type_of("timestamptz"), "2024-01-01 10:00:00.5+02"),
            value_of(type_of("timestamptz"), "2024-01-01T08:00:00.5Z"));
  EXPECT_EQ(value_of(type_of("timestamptz"), "2024-01-01 10:00:00-05:30"),
            value_of(type_of("timestamptz"), "2024-01-01T15:30:00"));
  EXPECT_EQ(value_of(type_of("decimal(9,2)"), "1.5"), Value(Decimal{150, 2}));
  EXPECT_EQ(value_of(type_of("decimal(9,2)"), "1.500"), Value(Decimal{150, 2}));
  EXPECT_TRUE(std::isnan(std::get<double>(value_of(type_of("double"), "nan"))));
  EXPECT_EQ(value_of(type_of("float"), "inf"), Value(std::numeric_limits<float>::infinity()));
}

TEST(Values, RefuseOtherText) {
  const std::pair<const char*, const char*> kCases[] = {{"boolean", "yes"},
                                                        {"int", "2147483648"},
                                                        {"int", "1.0"},
                                                        {"int", ""},
                                                        {"int", "1 "},
                                                        {"double", "x"},
                                                        {"decimal(3,2)", "10.00"},
                                                        {"decimal(3,2)", "1.001"},
                                                        {"decimal(3,2)", "."},
                                                        {"decimal(3,2)", "1.2.3"},
                                                        {"decimal(38,0)", "100000000000000000000000000000000000000"},
                                                        {"date", "2023-02-29"},
                                                        {"date", "2023-2-1"},
                                                        {"date", "infinity"},
                                                        {"date", "2023-01-01x"},
                                                        {"time", "24:00:00"},
                                                        {"time", "10:00"},
                                                        {"timestamp", "2024-01-01"},
                                                        {"timestamp", "2024-01-01 00:00:00+00"},
                                                        {"timestamp", "2024-01-01 00:00:00.1234567"},
                                                        {"string", "\xff"},
                                                        {"uuid", "f79c3e09"},
                                                        {"binary", "0"},
                                                        {"fixed[2]", "00"}};
  for (const auto& [type, text] : kCases) EXPECT_FALSE(value_from_text(type_of(type), text)) << type << " " << text;
  EXPECT_FALSE(value_from_text(Type::list(1, type_of("int"), true), "1"));
}

TEST(Values, Compare) {
  EXPECT_TRUE(compare(Value(), Value(1)) < 0);
  EXPECT_TRUE(compare(Value(), Value()) == 0);
  EXPECT_TRUE(compare(Value(std::int32_t{1}), Value(std::int64_t{2})) < 0);
  EXPECT_TRUE(compare(Value(1.5F), Value(1.5)) == 0);
  EXPECT_TRUE(compare(Value(std::nan("")), Value(INFINITY)) > 0);
  EXPECT_TRUE(compare(Value(std::nan("")), Value(std::nan(""))) == 0);
  EXPECT_TRUE(compare(Value(Decimal{150, 2}), Value(Decimal{15, 1})) == 0);
  EXPECT_TRUE(compare(Value(Decimal{-150, 2}), Value(Decimal{15, 1})) < 0);
  Int128 most = std::get<Decimal>(value_of(type_of("decimal(38,0)"), std::string(38, '9'))).unscaled;
  EXPECT_TRUE(compare(Value(Decimal{most, 0}), Value(Decimal{most, 38})) > 0);
  EXPECT_TRUE(compare(Value(Decimal{-most, 0}), Value(Decimal{-most, 38})) < 0);
  EXPECT_TRUE(compare(Value(std::string("z")), Value(std::string("\xc3\xa4"))) < 0);
  EXPECT_TRUE(compare(Value(Bytes{"a"}), Value(Bytes{"a\x01"})) < 0);
  EXPECT_EQ(kind_of([] { compare(Value(1), Value(true)); }), ErrorKind::invalid_argument);
}

TEST(Values, PartitionKeysTellTuplesApart) {
  auto key = [](PartitionTuple tuple) { return partition_key(tuple); };
  EXPECT_NE(key({Value()}), key({Value(0)}));
  EXPECT_NE(key({Value(std::string("ab")), Value(std::string("c"))}),
            key({Value(std::string("a")), Value(std::string("bc"))}));
  EXPECT_NE(key({Value(std::string("a"))}), key({Value(Bytes{"a"})}));
  EXPECT_EQ(key({Value(std::int32_t{5})}), key({Value(std::int64_t{5})}));
  EXPECT_EQ(key({Value(1.5F)}), key({Value(1.5)}));
  EXPECT_EQ(key({Value(std::nan("1"))}), key({Value(-std::nan("2"))}));
}

std::string hex_of(const char* type, const char* text) {
  return base::to_hex(to_single_value(type_of(type), value_of(type_of(type), text)));
}

TEST(Bounds, AreIcebergsSingleValues) {
  EXPECT_EQ(hex_of("boolean", "true"), "01");
  EXPECT_EQ(hex_of("int", "34"), "22000000");
  EXPECT_EQ(hex_of("long", "-2"), "feffffffffffffff");
  EXPECT_EQ(hex_of("float", "1"), "0000803f");
  EXPECT_EQ(hex_of("double", "1"), "000000000000f03f");
  EXPECT_EQ(hex_of("date", "1970-01-02"), "01000000");
  EXPECT_EQ(hex_of("time", "00:00:00.000001"), "0100000000000000");
  EXPECT_EQ(hex_of("timestamptz", "1969-12-31T23:59:59.999999"), "ffffffffffffffff");
  EXPECT_EQ(hex_of("string", "ab"), "6162");
  EXPECT_EQ(hex_of("uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7"), "f79c3e09677c4bbda4793f349cb785e7");
  EXPECT_EQ(hex_of("binary", "00ff"), "00ff");
  EXPECT_EQ(hex_of("decimal(9,2)", "14.20"), "058c");
  EXPECT_EQ(hex_of("decimal(9,2)", "0"), "00");
  EXPECT_EQ(hex_of("decimal(9,2)", "1.27"), "7f");
  EXPECT_EQ(hex_of("decimal(9,2)", "1.28"), "0080");
  EXPECT_EQ(hex_of("decimal(9,2)", "-1.28"), "80");
  EXPECT_EQ(hex_of("decimal(9,2)", "-1.29"), "ff7f");
}

TEST(Bounds, GoThroughBytes) {
  const std::pair<const char*, const char*> kCases[] = {{"boolean", "false"},
                                                        {"int", "-7"},
                                                        {"long", "-7"},
                                                        {"float", "2.5"},
                                                        {"double", "-2.5"},
                                                        {"date", "1900-01-01"},
                                                        {"time", "10:00:00"},
                                                        {"timestamp", "2024-01-01T00:00:00"},
                                                        {"string", "x"},
                                                        {"binary", "ff"},
                                                        {"fixed[1]", "00"},
                                                        {"uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7"},
                                                        {"decimal(38,3)", "-99999999999999999999999999999999999.999"}};
  for (const auto& [type_text, text] : kCases) {
    Type type = type_of(type_text);
    Value value = value_of(type, text);
    EXPECT_EQ(from_single_value(type, to_single_value(type, value)), value) << type_text;
  }
  EXPECT_EQ(from_single_value(type_of("long"), std::string("\xfe\xff\xff\xff", 4)), Value(std::int64_t{-2}));
  EXPECT_EQ(from_single_value(type_of("double"), to_single_value(type_of("float"), Value(1.5F))), Value(1.5));
  EXPECT_FALSE(from_single_value(type_of("int"), "12345678"));
  EXPECT_FALSE(from_single_value(type_of("uuid"), "123"));
  EXPECT_FALSE(from_single_value(type_of("decimal(9,2)"), ""));
  EXPECT_FALSE(from_single_value(type_of("decimal(9,2)"), std::string(17, '\0')));
  EXPECT_FALSE(from_single_value(type_of("boolean"), ""));
  EXPECT_EQ(kind_of([] { to_single_value(type_of("int"), Value()); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([] { to_single_value(type_of("int"), Value(std::int64_t{1})); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([] {
              to_single_value(type_of("decimal(9,2)"), Value(Decimal{1, 3}));
            }),
            ErrorKind::invalid_argument);
}

TEST(Bounds, FromText) {
  auto lower = [](const char* type, std::optional<std::string> text) {
    return lower_bound_from_text(type_of(type), text);
  };
  auto upper = [](const char* type, std::optional<std::string> text) {
    return upper_bound_from_text(type_of(type), text);
  };
  EXPECT_EQ(lower("int", "34"), std::string("\x22\0\0\0", 4));
  EXPECT_EQ(lower("int", std::nullopt), std::nullopt);
  EXPECT_EQ(lower("int", "x"), std::nullopt);
  EXPECT_EQ(upper("double", "nan"), std::nullopt);
  EXPECT_EQ(lower("string", "abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnop");
  EXPECT_EQ(upper("string", "abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnoq");
  EXPECT_EQ(upper("string", "abcdefghijklmnop"), "abcdefghijklmnop");
  // Code points, not bytes; the last that cannot grow is dropped; surrogates are stepped over.
  std::string umlauts;
  for (int i = 0; i < 17; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(lower("string", umlauts)->size(), 32U);
  EXPECT_EQ(upper("string", umlauts), umlauts.substr(0, 30) + "\xc3\xa5");
  EXPECT_EQ(upper("string", std::string(14, 'a') + "b\xf4\x8f\xbf\xbfz"), std::string(14, 'a') + "c");
  EXPECT_EQ(upper("string", std::string(15, 'a') + "\xed\x9f\xbfz"), std::string(15, 'a') + "\xee\x80\x80");
  EXPECT_EQ(upper("string", std::string(15, 'a') + "\x7fz"), std::string(15, 'a') + "\xc2\x80");
  std::string highest;
  for (int i = 0; i < 17; ++i) highest += "\xf4\x8f\xbf\xbf";
  EXPECT_EQ(upper("string", highest), std::nullopt);
  EXPECT_EQ(upper("binary", std::string(34, 'f')), std::nullopt);
  EXPECT_EQ(upper("binary", "00" + std::string(34, 'f')), std::string("\x01"));
  EXPECT_EQ(upper("binary", std::string(32, 'f')), std::string(16, '\xff'));
  EXPECT_EQ(lower("double", "0"), to_single_value(type_of("double"), Value(-0.0)));
  EXPECT_EQ(upper("double", "-0.0"), to_single_value(type_of("double"), Value(0.0)));
  EXPECT_EQ(lower_bound_from_text(Type::list(1, type_of("int"), true), "1"), std::nullopt);
}

}  // namespace
}  // namespace boathouse::iceberg
