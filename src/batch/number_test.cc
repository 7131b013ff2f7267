// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "batch/exact_number.h"
#include "batch/iceberg_transform.h"

namespace boathouse::batch {
namespace {

TEST(ExactNumber, Integers) {
  EXPECT_EQ(exact_integer(Int128{2147483647}), 2147483647);
  EXPECT_EQ(exact_integer(Int128{2147483648}), std::nullopt);
  EXPECT_EQ(exact_integer(1.0), 1);
  EXPECT_EQ(exact_integer(1.5F), std::nullopt);
  EXPECT_EQ(exact_integer(1e9), 1000000000);
  EXPECT_EQ(exact_integer(DecimalNumber{1200, 2}), 12);
  EXPECT_EQ(exact_integer(DecimalNumber{1201, 2}), std::nullopt);
  EXPECT_EQ(exact_bigint(std::numeric_limits<double>::infinity()), std::nullopt);
  EXPECT_EQ(exact_bigint(std::numeric_limits<float>::quiet_NaN()), std::nullopt);
  EXPECT_EQ(exact_bigint(Int128{std::numeric_limits<std::int64_t>::min()}), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(exact_bigint(static_cast<Int128>(std::numeric_limits<std::uint64_t>::max())), std::nullopt);
  EXPECT_EQ(exact_bigint(9.3e18), std::nullopt);
}

TEST(ExactNumber, Doubles) {
  EXPECT_EQ(exact_double(Int128{9007199254740992}), 9007199254740992.0);
  EXPECT_EQ(exact_double(Int128{9007199254740993}), std::nullopt);
  EXPECT_EQ(exact_double(Int128{1} << 100), 0x1p100);
  EXPECT_EQ(exact_double(~(Int128{1} << 126 << 1)), std::nullopt);  // the greatest
  EXPECT_EQ(exact_double(DecimalNumber{1, 1}), 0.1);
  EXPECT_EQ(exact_double(0.5F), 0.5);
}

TEST(ExactNumber, Decimals) {
  EXPECT_EQ(exact_decimal(0.1, 4, 2), Int128{10});
  EXPECT_EQ(exact_decimal(0.1F, 4, 2), Int128{10});
  EXPECT_EQ(exact_decimal(0.125, 4, 2), std::nullopt);
  EXPECT_EQ(exact_decimal(DecimalNumber{12340, 3}, 6, 2), Int128{1234});
  EXPECT_EQ(exact_decimal(DecimalNumber{12345, 3}, 6, 2), std::nullopt);
  EXPECT_EQ(exact_decimal(Int128{9999}, 6, 2), Int128{999900});
  EXPECT_EQ(exact_decimal(Int128{10000}, 6, 2), std::nullopt);
  EXPECT_EQ(exact_decimal(1e300, 38, 0), std::nullopt);
}

// The values of the Iceberg specification, appendix B, where base has not tested them.
TEST(IcebergTransform, HashesDecimalsByTheirFewestBytes) {
  EXPECT_EQ(bucket_hash_decimal(1420), -500754589);
  EXPECT_EQ(bucket_hash_decimal(0), bucket_hash(std::string_view("\0", 1)));
  EXPECT_EQ(bucket_hash_decimal(-1), bucket_hash("\xff"));
  EXPECT_EQ(bucket_hash_decimal(127), bucket_hash("\x7f"));
  EXPECT_EQ(bucket_hash_decimal(128), bucket_hash(std::string_view("\0\x80", 2)));
  EXPECT_EQ(bucket_hash_decimal(-128), bucket_hash("\x80"));
  EXPECT_EQ(bucket_hash_decimal(-129), bucket_hash("\xff\x7f"));
}

TEST(IcebergTransform, HashesUuids) {
  UInt128 uuid = static_cast<UInt128>(0xf79c3e09677c4bbdULL) << 64 | 0xa4793f349cb785e7ULL;
  EXPECT_EQ(bucket_hash_uuid(uuid), 1488055340);
}

TEST(IcebergTransform, BucketsAreNeverNegative) {
  EXPECT_EQ(bucket_of(-1, 10), 0x7fffffff % 10);
  EXPECT_EQ(bucket_of(std::numeric_limits<std::int32_t>::min(), 10), 0);
  EXPECT_EQ(bucket_of(2017239379, 1), 0);
}

TEST(IcebergTransform, Truncates) {
  EXPECT_EQ(truncate_number<std::int32_t>(1, 10), 0);
  EXPECT_EQ(truncate_number<std::int32_t>(-1, 10), -10);
  EXPECT_EQ(truncate_number<std::int64_t>(-10, 10), -10);
  EXPECT_EQ(truncate_number<std::int64_t>(15, 10), 10);
  EXPECT_EQ(truncate_number<Int128>(1065, 50), 1050);
  EXPECT_EQ(truncate_number<Int128>(-1065, 50), -1100);
  EXPECT_EQ(truncate_text("iceberg", 3), "ice");
  EXPECT_EQ(truncate_text("é€😀x", 3), "é€😀");
  EXPECT_EQ(truncate_text("ab", 3), "ab");
}

}  // namespace
}  // namespace boathouse::batch
