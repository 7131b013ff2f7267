// SPDX-License-Identifier: Apache-2.0
#include "base/numbers.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace boathouse::base {
namespace {

TEST(ParseNumberTest, TakesAllOfATextOrNothing) {
  EXPECT_EQ(parse_number<std::int64_t>("42"), 42);
  EXPECT_EQ(parse_number<std::int64_t>("-42"), -42);
  EXPECT_EQ(parse_number<std::uint64_t>("ff", 16), 255U);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1x", "1.0"}) {
    EXPECT_EQ(parse_number<std::int64_t>(text), std::nullopt) << text;
  }
}

TEST(ParseNumberTest, KnowsWhatTheTypeHolds) {
  EXPECT_EQ(parse_number<std::int64_t>("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_number<std::int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(parse_number<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(parse_number<std::uint16_t>("-1"), std::nullopt);
}

}  // namespace
}  // namespace boathouse::base
