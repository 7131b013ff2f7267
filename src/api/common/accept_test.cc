// SPDX-License-Identifier: Apache-2.0
#include "api/common/accept.h"

#include <gtest/gtest.h>

namespace boathouse::api {
namespace {

constexpr std::string_view kOffered[] = {"application/json", "application/x-ndjson", "text/csv"};

TEST(Negotiate, TakesTheFirstWhenNothingIsSaid) {
  EXPECT_EQ(negotiate("", kOffered), 0u);
  EXPECT_EQ(negotiate("*/*", kOffered), 0u);
  EXPECT_EQ(negotiate("application/*", kOffered), 0u);
}

TEST(Negotiate, TakesWhatIsAskedFor) {
  EXPECT_EQ(negotiate("text/csv", kOffered), 2u);
  EXPECT_EQ(negotiate("TEXT/CSV; charset=utf-8", kOffered), 2u);
  EXPECT_EQ(negotiate("text/*", kOffered), 2u);
  EXPECT_EQ(negotiate("image/png, application/x-ndjson", kOffered), 1u);
}

TEST(Negotiate, WeighsQuality) {
  EXPECT_EQ(negotiate("application/json;q=0.2, text/csv;q=0.8", kOffered), 2u);
  EXPECT_EQ(negotiate("*/*;q=0.1, text/csv", kOffered), 2u);
  EXPECT_EQ(negotiate("*/*, application/json;q=0", kOffered), 1u);
}

TEST(Negotiate, KnowsWhenNothingFits) {
  EXPECT_EQ(negotiate("image/png", kOffered), std::nullopt);
  EXPECT_EQ(negotiate("application/json;q=0", kOffered), std::nullopt);
}

}  // namespace
}  // namespace boathouse::api
