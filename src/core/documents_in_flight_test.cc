// SPDX-License-Identifier: Apache-2.0
#include "core/documents_in_flight.h"

#include <gtest/gtest.h>

#include <optional>

namespace boathouse::core {
namespace {

constexpr base::Micros kNow = base::Micros{1'800'000'000} * base::kSecond + 123;

TEST(DocumentsInFlight, TheHorizonIsNowWhereNothingIsInFlight) {
  DocumentsInFlight flight;
  EXPECT_EQ(flight.horizon(kNow), kNow);
  { DocumentsInFlight::Hold hold = flight.begin(kNow); }
  EXPECT_EQ(flight.horizon(kNow), kNow);
}

TEST(DocumentsInFlight, TheOldestRequestHoldsTheHorizonBack) {
  DocumentsInFlight flight;
  std::optional<DocumentsInFlight::Hold> old = flight.begin(kNow - base::kSecond);
  DocumentsInFlight::Hold young = flight.begin(kNow);
  EXPECT_LE(flight.horizon(kNow), kNow - base::kSecond);
  EXPECT_GT(flight.horizon(kNow), kNow - 2 * base::kSecond);
  EXPECT_LE(flight.horizon(kNow + base::kMinute), kNow - base::kSecond) << "for a minute";
  old.reset();
  EXPECT_LE(flight.horizon(kNow + base::kSecond), kNow);
  EXPECT_GT(flight.horizon(kNow + base::kSecond), kNow - base::kSecond);
}

TEST(DocumentsInFlight, AHoldIsHeldOnceWhereverItIsMoved) {
  DocumentsInFlight flight;
  DocumentsInFlight::Hold outer;
  {
    DocumentsInFlight::Hold hold = flight.begin(kNow);
    DocumentsInFlight::Hold moved(std::move(hold));
    outer = std::move(moved);
  }
  EXPECT_LE(flight.horizon(kNow), kNow);
  EXPECT_NE(flight.horizon(kNow + base::kSecond), kNow + base::kSecond);
  outer = DocumentsInFlight::Hold();
  EXPECT_EQ(flight.horizon(kNow + base::kSecond), kNow + base::kSecond);
}

}  // namespace
}  // namespace boathouse::core
