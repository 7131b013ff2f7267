// SPDX-License-Identifier: Apache-2.0
#include "batch/strict_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/time.h"

namespace boathouse::batch {
namespace {

using base::kDay;
using base::kHour;
using base::kMinute;
using base::kSecond;

template <typename T>
std::optional<T> by(bool (*parse)(std::string_view, T&), std::string_view text) {
  T value{};
  return parse(text, value) ? std::optional<T>(value) : std::nullopt;
}

TEST(StrictText, Integer) {
  const std::pair<const char*, std::int32_t> good[] = {{"0", 0},
                                                       {"7", 7},
                                                       {"-7", -7},
                                                       {"+7", 7},
                                                       {"007", 7},
                                                       {"-0", 0},
                                                       {"2147483647", 2147483647},
                                                       {"-2147483648", std::numeric_limits<std::int32_t>::min()},
                                                       {"00000000000000000000000000001", 1}};
  for (const auto& [text, value] : good) EXPECT_EQ(by(parse_integer, text), value) << text;
  for (const char* text : {"", "-", "+", "2147483648", "-2147483649", " 1", "1 ", "1.0", "1e3", "0x1", "１", "1,000",
                           "--1", "+-1", "NaN", "1\n", "99999999999999999999"}) {
    EXPECT_EQ(by(parse_integer, text), std::nullopt) << text;
  }
}

TEST(StrictText, Bigint) {
  EXPECT_EQ(by(parse_bigint, "9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(by(parse_bigint, "-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(by(parse_bigint, "+0009223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "9999999999999999999", "18446744073709551616",
                           "99999999999999999999", "1_000", ""}) {
    EXPECT_EQ(by(parse_bigint, text), std::nullopt) << text;
  }
}

TEST(StrictText, Double) {
  const std::pair<const char*, double> good[] = {{"0", 0.0},
                                                 {"-1.5", -1.5},
                                                 {"1e3", 1000.0},
                                                 {"1E+3", 1000.0},
                                                 {"0.1", 0.1},
                                                 {"123456789012345", 123456789012345.0},
                                                 {"1.7976931348623157e308", 1.7976931348623157e308},
                                                 {"5e-324", 5e-324},
                                                 {"2.2250738585072014e-308", 2.2250738585072014e-308},
                                                 {"0.30000000000000004", 0.30000000000000004},
                                                 {"9007199254740993", 9007199254740992.0},
                                                 {"0e999", 0.0},
                                                 {"0.000", 0.0},
                                                 {"1e22", 1e22},
                                                 {"1e23", 1e23},
                                                 {"3.141592653589793238462643383279", 3.141592653589793},
                                                 {"0.000000000000000000000000000001", 1e-30}};
  for (const auto& [text, value] : good) EXPECT_EQ(by(parse_double, text), value) << text;
  EXPECT_TRUE(std::signbit(*by(parse_double, "-0")));
  EXPECT_TRUE(std::isnan(*by(parse_double, "NaN")));
  EXPECT_EQ(by(parse_double, "Infinity"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(by(parse_double, "-Infinity"), -std::numeric_limits<double>::infinity());
  for (const char* text :
       {"",     "-",   "+1",       "01",        ".5",   "5.",    "1e",     "1e+",    "1.e5",
        "nan",  "inf", "infinity", "+Infinity", "-NaN", "1e309", "-1e309", "1e-400", "1e999999999999999999999",
        "0x10", "1,5", " 1",       "1 ",        "1f",   "--1"}) {
    EXPECT_EQ(by(parse_double, text), std::nullopt) << text;
  }
}

// The short way for small numbers gives what the library's correctly rounding way gives.
TEST(StrictText, DoubleIsTheNearestOne) {
  std::uint64_t state = 42;
  for (int i = 0; i < 20000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    std::string text = std::to_string(state >> 20);
    text.insert(1 + state % (text.size() - 1), ".");
    if (text.starts_with("0") && text[1] != '.') continue;
    if (state % 3 == 0) text += "e" + std::to_string(static_cast<int>(state >> 8 & 63) - 32);
    EXPECT_EQ(by(parse_double, text), std::stod(text)) << text;
  }
}

std::optional<Int128> decimal(const char* text, int precision, int scale) {
  Int128 value = 0;
  return parse_decimal(text, precision, scale, value) ? std::optional<Int128>(value) : std::nullopt;
}

TEST(StrictText, Decimal) {
  EXPECT_EQ(decimal("1.50", 6, 2), 150);
  EXPECT_EQ(decimal("1.5", 6, 2), 150);
  EXPECT_EQ(decimal("1", 6, 2), 100);
  EXPECT_EQ(decimal("-9999.99", 6, 2), -999999);
  EXPECT_EQ(decimal("+0009999.99", 6, 2), 999999);
  EXPECT_EQ(decimal("0.12", 2, 2), 12);
  EXPECT_EQ(decimal("-0", 2, 2), 0);
  for (const char* text :
       {"1.500", "10000", "10000.00", "", ".5", "5.", "1e2", "-", "1.5.0", "1,5", " 1", "NaN", "1.5 ", "--1"}) {
    EXPECT_EQ(decimal(text, 6, 2), std::nullopt) << text;
  }
  EXPECT_EQ(decimal("1", 2, 2), std::nullopt);
  EXPECT_EQ(decimal("1.0", 5, 0), std::nullopt);
}

TEST(StrictText, DecimalOf38Digits) {
  const char* most = "99999999999999999999999999999999999999";
  auto value = decimal(most, 38, 0);
  ASSERT_TRUE(value);
  EXPECT_EQ(decimal_text(*value, 0), most);
  EXPECT_EQ(decimal("100000000000000000000000000000000000000", 38, 0), std::nullopt);
  EXPECT_EQ(decimal_text(*decimal("-0.00000000000000000000000000000000000001", 38, 38), 38),
            "-0.00000000000000000000000000000000000001");
  EXPECT_EQ(decimal_text(*decimal("123456789012345678.5", 20, 2), 2), "123456789012345678.50");
}

TEST(StrictText, Boolean) {
  for (const char* text : {"true", "TRUE", "True", "tRuE", "1"}) EXPECT_EQ(by(parse_boolean, text), true) << text;
  for (const char* text : {"false", "FALSE", "False", "0"}) EXPECT_EQ(by(parse_boolean, text), false) << text;
  for (const char* text : {"", "t", "f", "yes", "no", "2", "01", "true ", " true", "TRUE1", "-1", "Tru\x05"}) {
    EXPECT_EQ(by(parse_boolean, text), std::nullopt) << text;
  }
}

TEST(StrictText, Date) {
  EXPECT_EQ(by(parse_date, "1970-01-01"), 0);
  EXPECT_EQ(by(parse_date, "2024-02-29"), 19782);
  EXPECT_EQ(by(parse_date, "0001-01-01"), -719162);
  EXPECT_EQ(by(parse_date, "9999-12-31"), 2932896);
  EXPECT_EQ(by(parse_date, "2000-02-29"), 11016);
  for (const char* text : {"", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32",
                           "2024-04-31", "0000-01-01", "2024-1-1", "24-01-01", "2024/01/01", "2024-01-01T00:00:00",
                           "2024-01-01 ", "-024-01-01", "10000-01-01", "20240101", "2024-O1-01", "2024-01-1 "}) {
    EXPECT_EQ(by(parse_date, text), std::nullopt) << text;
  }
}

TEST(StrictText, Time) {
  EXPECT_EQ(by(parse_time, "00:00:00"), 0);
  EXPECT_EQ(by(parse_time, "23:59:59.999999"), kDay - 1);
  EXPECT_EQ(by(parse_time, "12:30:05.5"), 12 * kHour + 30 * kMinute + 5 * kSecond + 500000);
  EXPECT_EQ(by(parse_time, "00:00:00.000001"), 1);
  for (const char* text : {"", "24:00:00", "23:60:00", "23:59:60", "12:30", "1:02:03", "12:30:05.", "12:30:05.1234567",
                           "12:30:05Z", "12:30:05+01:00", "12-30-05", " 12:30:05", "12:30:05,5"}) {
    EXPECT_EQ(by(parse_time, text), std::nullopt) << text;
  }
}

TEST(StrictText, Timestamp) {
  EXPECT_EQ(by(parse_timestamp, "1970-01-01T00:00:00"), 0);
  EXPECT_EQ(by(parse_timestamp, "1969-12-31T23:59:59.999999"), -1);
  EXPECT_EQ(by(parse_timestamp, "2024-06-01T12:30:00.25"), 1717245000250000);
  for (const char* text : {"", "2024-06-01", "2024-06-01 12:30:00", "2024-06-01t12:30:00", "2024-06-01T12:30",
                           "2024-06-01T12:30:00Z", "2024-06-01T12:30:00+00:00", "2024-06-31T12:30:00",
                           "2024-06-01T24:00:00", "2024-06-01T12:30:00.1234567", "2024-06-01T12:30:00."}) {
    EXPECT_EQ(by(parse_timestamp, text), std::nullopt) << text;
  }
}

TEST(StrictText, Timestamptz) {
  EXPECT_EQ(by(parse_timestamptz, "1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(by(parse_timestamptz, "1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(by(parse_timestamptz, "1969-12-31T18:30:00.5-05:30"), 500000);
  EXPECT_EQ(by(parse_timestamptz, "2024-06-01T12:30:00-00:00"), 1717245000000000);
  EXPECT_EQ(by(parse_timestamptz, "9999-12-31T23:59:59.999999Z"), 253402300799999999);
  EXPECT_EQ(by(parse_timestamptz, "0001-01-01T00:00:00Z"), -62135596800000000);
  for (const char* text : {"", "2024-06-01T12:30:00", "2024-06-01T12:30:00z", "2024-06-01 12:30:00Z",
                           "2024-06-01T12:30:00+0200", "2024-06-01T12:30:00+02", "2024-06-01T12:30:00+24:00",
                           "2024-06-01T12:30:00+02:60", "2024-06-01T12:30:00 Z", "2024-06-01T12:30:00Z ", "2024-06-01",
                           "2024-06-01T12:30:00.0000000Z", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01"}) {
    EXPECT_EQ(by(parse_timestamptz, text), std::nullopt) << text;
  }
}

TEST(StrictText, IsoDate) {
  EXPECT_EQ(by(parse_iso_date, "2021-11-07T02:48:42Z"), 1636253322000000);
  for (const char* text :
       {"", "2021-11-07T02:48:42", "2021-11-07T02:48:42.0Z", "2021-11-07T02:48:42+00:00", "2021-11-07 02:48:42Z",
        "2021-11-31T02:48:42Z", "2021-11-07T2:48:42Z", "2021-11-07T02:48:42ZZ"}) {
    EXPECT_EQ(by(parse_iso_date, text), std::nullopt) << text;
  }
}

TEST(StrictText, Uuid) {
  auto value = by(parse_uuid, "f79c3e09-677c-4bbd-a479-3f349cb785e7");
  ASSERT_TRUE(value);
  EXPECT_EQ(static_cast<std::uint64_t>(*value >> 64), 0xf79c3e09677c4bbdULL);
  EXPECT_EQ(static_cast<std::uint64_t>(*value), 0xa4793f349cb785e7ULL);
  EXPECT_EQ(by(parse_uuid, "F79C3E09-677C-4BBD-A479-3F349CB785E7"), value);
  for (const char* text : {"", "f79c3e09677c4bbda4793f349cb785e7", "{f79c3e09-677c-4bbd-a479-3f349cb785e7}",
                           "f79c3e09-677c-4bbd-a479-3f349cb785e", "g79c3e09-677c-4bbd-a479-3f349cb785e7",
                           "f79c3e0-9677c-4bbd-a479-3f349cb785e7", "f79c3e09-677c-4bbd-a479-3f349cb785e7 "}) {
    EXPECT_EQ(by(parse_uuid, text), std::nullopt) << text;
  }
}

TEST(StrictText, Binary) {
  EXPECT_EQ(by(parse_binary, "AAECAw=="), std::string("\0\1\2\3", 4));
  EXPECT_EQ(by(parse_binary, ""), "");
  for (const char* text : {"AAECAw", "AAEC Aw==", "AAECAx==", "!!!!", "A", "AAEC\n"}) {
    EXPECT_EQ(by(parse_binary, text), std::nullopt) << text;
  }
}

TEST(TextRule, GivesTypedValues) {
  EXPECT_EQ(TextRule({TypeKind::integer}).parse("12"), TypedValue(std::int32_t{12}));
  EXPECT_EQ(TextRule({TypeKind::json}).parse("{\"a\":1}"), TypedValue(std::string("{\"a\":1}")));
  EXPECT_EQ(TextRule({TypeKind::json}).parse("{a:1}"), std::nullopt);
  EXPECT_EQ(TextRule({TypeKind::string}).parse("\xff"), std::nullopt);
  EXPECT_EQ(TextRule({TypeKind::string}).parse(""), TypedValue(std::string()));
  EXPECT_EQ(TextRule({TypeKind::date}, "%d.%m.%Y").parse("01.06.2024"), TypedValue(std::int32_t{19875}));
  EXPECT_EQ(TextRule({TypeKind::date}, "%d.%m.%Y").parse("2024-06-01"), std::nullopt);
  EXPECT_EQ(TextRule({TypeKind::iso_date}, "%d.%m.%Y").parse("01.06.2024"), TypedValue(std::int64_t{19875 * kDay}));
  EXPECT_THROW(TextRule({TypeKind::integer}, "%d"), base::Error);
}

TEST(TextRule, WritesExactLiterals) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"INTEGER", "+007", "CAST('7' AS INTEGER)"},
      {"BIGINT", "-9223372036854775808", "CAST('-9223372036854775808' AS BIGINT)"},
      {"DOUBLE", "0.1", "CAST('0.1' AS DOUBLE)"},
      {"DOUBLE", "-Infinity", "CAST('-inf' AS DOUBLE)"},
      {"DECIMAL(6,2)", "-1.5", "CAST('-1.50' AS DECIMAL(6,2))"},
      {"DECIMAL(2,2)", "0", "CAST('0.00' AS DECIMAL(2,2))"},
      {"STRING", "it's", "CAST('it''s' AS VARCHAR)"},
      {"BOOLEAN", "0", "CAST('false' AS BOOLEAN)"},
      {"DATE", "0001-01-01", "CAST('0001-01-01' AS DATE)"},
      {"TIME", "23:59:59.5", "CAST('23:59:59.500' AS TIME)"},
      {"TIMESTAMP", "1969-12-31T23:59:59.999999", "CAST('1969-12-31T23:59:59.999999' AS TIMESTAMP)"},
      {"TIMESTAMPTZ", "2024-06-01T12:30:00+02:00", "CAST('2024-06-01T10:30:00Z' AS TIMESTAMPTZ)"},
      {"ISO_DATE", "2024-06-01T12:30:00Z", "CAST('2024-06-01T12:30:00Z' AS TIMESTAMPTZ)"},
      {"UUID", "F79C3E09-677C-4BBD-A479-3F349CB785E7", "CAST('f79c3e09-677c-4bbd-a479-3f349cb785e7' AS UUID)"},
      {"BINARY", "AAECAw==", "from_hex('00010203')"},
      {"JSON", "[1, 2]", "CAST('[1, 2]' AS VARCHAR)"}};
  for (const auto& [type_text, text, literal] : cases) {
    ColumnType type = ColumnType::parse(type_text);
    auto value = TextRule(type).parse(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(sql_literal(type, *value), literal);
  }
}

}  // namespace
}  // namespace boathouse::batch
