// SPDX-License-Identifier: Apache-2.0
#include "batch/double_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace boathouse::batch {
namespace {

TEST(DoubleOrder, IsThatOfTheNumbersAndGivesThemBack) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> rising{
      -Limits::infinity(),  Limits::lowest(), -1.5, -1,  -Limits::min(), -Limits::denorm_min(), 0,
      Limits::denorm_min(), Limits::min(),    1,    1.5, Limits::max(),  Limits::infinity()};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    EXPECT_EQ(number_at(order_of(rising[i])), rising[i]);
    if (i > 0) {
      EXPECT_LT(order_of(rising[i - 1]), order_of(rising[i]));
    }
  }
}

TEST(DoubleOrder, BothZerosAreOne) { EXPECT_EQ(order_of(-0.0), order_of(0.0)); }

}  // namespace
}  // namespace boathouse::batch
