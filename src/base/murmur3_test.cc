// SPDX-License-Identifier: Apache-2.0
#include "base/murmur3.h"

#include <gtest/gtest.h>

namespace boathouse::base {
namespace {

// The hash values of the Iceberg specification, appendix B.
TEST(Murmur3, MatchesTheIcebergSpecification) {
  EXPECT_EQ(murmur3(std::int64_t{34}), 2017239379);
  EXPECT_EQ(murmur3(std::int64_t{17486}), -653330422);              // date 2017-11-16
  EXPECT_EQ(murmur3(std::int64_t{81068000000}), -662762989);        // time 22:31:08
  EXPECT_EQ(murmur3(std::int64_t{1510871468000000}), -2047944441);  // timestamp 2017-11-16T22:31:08
  EXPECT_EQ(murmur3("iceberg"), 1210000089);
  EXPECT_EQ(murmur3(std::string_view("\x00\x01\x02\x03", 4)), -188683207);
  EXPECT_EQ(murmur3("\x05\x8c"), -500754589);  // decimal 14.20, unscaled 1420 in the fewest bytes
  EXPECT_EQ(murmur3(std::string_view("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7", 16)),
            1488055340);
}

// Every length of the tail; the values are those of the reference implementation.
TEST(Murmur3, HashesEveryTailLength) {
  EXPECT_EQ(murmur3(""), 0);
  EXPECT_EQ(static_cast<std::uint32_t>(murmur3("a")), 0x3c2569b2U);
  EXPECT_EQ(static_cast<std::uint32_t>(murmur3("aa")), 0x371091a9U);
  EXPECT_EQ(static_cast<std::uint32_t>(murmur3("abc")), 0xb3dd93faU);
  EXPECT_EQ(static_cast<std::uint32_t>(murmur3("abcd")), 0x43ed676aU);
}

}  // namespace
}  // namespace boathouse::base
