// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/number_word.h"

#include <gtest/gtest.h>

#include <cmath>

namespace boathouse::batch {
namespace {

TEST(NumberWord, IntegersTellWhichTypesTakeThem) {
  const std::tuple<const char*, double, int> words[] = {
      {"0", 0, kInt64 | kUint64},
      {"007", 7, kInt64 | kUint64},
      {"+5", 5, kInt64 | kUint64},
      {"-5", -5, kInt64 | kMinus},
      {" \t\n\v\f\r12 \t", 12, kInt64 | kUint64},
      {"12345678901234567", 12345678901234567, kInt64 | kUint64},
      {"9223372036854775807", 0x1p63, kInt64 | kUint64},
      {"9223372036854775808", 0x1p63, kInt64Overflow | kUint64 | kBig},
      {"-9223372036854775808", -0x1p63, kInt64 | kMinus},
      {"-9223372036854775809", -0x1p63, kInt64Overflow | kMinus},
      {"18446744073709551615", 0x1p64, kInt64Overflow | kUint64 | kBig},
      {"18446744073709551616", 0x1p64, kInt64Overflow | kUint64Overflow},
      // Too many digits are seen before what comes after them.
      {"9223372036854775808.5", 0x1p63, kInt64Overflow},
      {"18446744073709551616.5", 0x1p64, kInt64Overflow | kUint64Overflow},
  };
  for (const auto& [word, value, flags] : words) {
    const NumberWord number = read_number(word);
    EXPECT_EQ(number.flags, kFloat | flags) << word;
    EXPECT_NEAR(number.value, value, std::fabs(value) * 1e-14) << word;
  }
}

TEST(NumberWord, FloatsAreReadAsTheyAreWritten) {
  const std::pair<const char*, double> words[] = {
      {"1.", 1},
      {".5", 0.5},
      {"-.5", -0.5},
      {"+.5", 0.5},
      {"0.1", 0.1},
      {"1e5", 1e5},
      {"1E+5", 1e5},
      {"1e-5", 1e-5},
      {"1.e3", 1e3},
      {" 1.5 ", 1.5},
      {"3.14159265358979312345", M_PI},
      {"1e308", 1e308},
      {"-1e308", -1e308},
      {"0.1e309", 1e308},
      {"1e-308", 1e-308},
      {"5e-324", 5e-324},
      {"1e-400", 0},
      {"1e-700", 0},
      {"12345678901234567890.5", 12345678901234567890.5},
      {"inf", INFINITY},
      {"+INF", INFINITY},
      {"-Inf", -INFINITY},
      {"infinity", INFINITY},
      {"-INFINITY", -INFINITY},
  };
  for (const auto& [word, value] : words) {
    const NumberWord number = read_number(word);
    EXPECT_TRUE((number.flags & kFloat) != 0) << word;
    EXPECT_TRUE(number.value == value || std::fabs(number.value / value - 1) < 1e-15) << word << " " << number.value;
  }
}

TEST(NumberWord, OtherWordsAreNoNumbers) {
  for (const char* word : {"",
                           "-",
                           "+",
                           ".",
                           "e5",
                           "1e",
                           "1e+",
                           "1_000",
                           "0x10",
                           "1,5",
                           "--1",
                           "+-1",
                           "- 1",
                           "1 2",
                           "1.2.3",
                           "1e5.5",
                           "1f",
                           "infin",
                           " inf",
                           "inf ",
                           "nan",
                           "NaN",
                           "1e309",
                           "1e400",
                           "-1e400",
                           "\xc2\xa0"
                           "1",
                           "2024-01-01",
                           "12:30",
                           "True",
                           "12345678901234567890123x"}) {
    EXPECT_EQ(read_number(word).flags & kFloat, 0) << word;
  }
}

TEST(NumberWord, MissingWordsAreThoseOfPandas) {
  for (const char* word : {"", "-1.#IND", "1.#QNAN", "1.#IND", "-1.#QNAN", "#N/A N/A", "#N/A", "N/A", "n/a", "NA",
                           "<NA>", "#NA", "NULL", "null", "NaN", "-NaN", "nan", "-nan", "None"}) {
    EXPECT_TRUE(is_missing_word(word)) << word;
  }
  for (const char* word :
       {" ", "na", "Na", "NAN", "Nan", "none", "Null", " NA", "NA ", "-", "1.#INF", "#N/A ", "+nan"}) {
    EXPECT_FALSE(is_missing_word(word)) << word;
  }
}

}  // namespace
}  // namespace boathouse::batch
