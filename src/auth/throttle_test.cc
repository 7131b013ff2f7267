// SPDX-License-Identifier: Apache-2.0
#include "auth/throttle.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::kMinute;
using base::kSecond;

TEST(FailureCounterTest, TheFirstFailuresAreFreeThenTheWaitDoubles) {
  FailureCounter counter({.free_failures = 3, .window = kMinute, .first_wait = kSecond, .longest_wait = 5 * kSecond});
  for (int i = 0; i < 3; ++i) {
    counter.failed("a", 100);
    EXPECT_EQ(counter.wait("a", 100), 0);
  }
  for (base::Micros expected : {1, 2, 4, 5, 5}) {
    counter.failed("a", 100);
    EXPECT_EQ(counter.wait("a", 100), expected * kSecond);
  }
  EXPECT_EQ(counter.wait("a", 100 + 5 * kSecond - 1), 1);
  EXPECT_EQ(counter.wait("a", 100 + 5 * kSecond), 0);
  EXPECT_EQ(counter.wait("b", 100), 0);
}

TEST(FailureCounterTest, AWindowWithoutFailureOrASuccessForgets) {
  FailureCounter counter({.free_failures = 1, .window = kMinute});
  counter.failed("a", 0);
  counter.failed("a", kMinute);
  EXPECT_GT(counter.wait("a", kMinute), 0);
  counter.failed("a", 2 * kMinute + 1);
  EXPECT_EQ(counter.wait("a", 2 * kMinute + 1), 0);
  counter.failed("a", 2 * kMinute + 1);
  EXPECT_GT(counter.wait("a", 2 * kMinute + 1), 0);
  EXPECT_FALSE(counter.known("a"));
  counter.succeeded("a", 2 * kMinute + 1);
  EXPECT_EQ(counter.wait("a", 2 * kMinute + 1), 0);
  EXPECT_TRUE(counter.known("a"));
  EXPECT_FALSE(counter.known("b"));
}

TEST(FailureCounterTest, ManyLongBackoffsDoNotOverflow) {
  FailureCounter counter({.free_failures = 0});
  for (int i = 0; i < 500; ++i) counter.failed("a", 0);
  EXPECT_EQ(counter.wait("a", 0), 5 * kMinute);
}

TEST(FailureCounterTest, MemoryIsBoundedAndTheLatestAreKept) {
  FailureCounter counter({.free_failures = 0, .most_remembered = 3});
  for (const char* what : {"a", "b", "c", "a", "d"}) counter.failed(what, 0);
  EXPECT_EQ(counter.remembered(), 3u);
  EXPECT_EQ(counter.wait("b", 0), 0);
  EXPECT_GT(counter.wait("a", 0), 0);
  EXPECT_GT(counter.wait("c", 0), 0);
  EXPECT_GT(counter.wait("d", 0), 0);
}

TEST(ThrottleTest, AccountsAndAddressesCountApart) {
  Throttle throttle({.free_failures = 1}, {.free_failures = 3});
  throttle.failed("Ada", "192.0.2.1");
  EXPECT_NO_THROW(throttle.check("ada", "192.0.2.1"));
  throttle.failed("ADA", "192.0.2.1");
  EXPECT_EQ(error_of([&] { throttle.check("ada", "198.51.100.9"); }), base::ErrorKind::too_many_requests);
  EXPECT_NO_THROW(throttle.check("bob", "192.0.2.1"));
  throttle.failed("b", "192.0.2.1");
  throttle.failed("c", "192.0.2.1");
  EXPECT_EQ(error_of([&] { throttle.check("bob", "192.0.2.1"); }), base::ErrorKind::too_many_requests);
  throttle.succeeded("ada", "198.51.100.9");
  EXPECT_NO_THROW(throttle.check("ada", "198.51.100.9"));
  EXPECT_EQ(error_of([&] { throttle.check("ada", "192.0.2.1"); }), base::ErrorKind::too_many_requests);
}

std::int64_t wait_of(Throttle& throttle, std::string_view account, std::string_view address) {
  try {
    throttle.check(account, address);
    return 0;
  } catch (const base::Error& error) {
    return error.detail().at("retry_after").as_int64();
  }
}

TEST(ThrottleTest, GuessesFromElsewhereKeepNobodyOutForLong) {
  Throttle throttle({}, {.free_failures = 100});
  throttle.succeeded("ada", "192.0.2.1");
  for (int i = 0; i < 60; ++i) throttle.failed("ada", "198.51.100.9");
  EXPECT_EQ(wait_of(throttle, "ada", "198.51.100.9"), 300);  // who guesses
  EXPECT_EQ(wait_of(throttle, "ada", "192.0.2.1"), 0);       // where the account was used before
  EXPECT_EQ(wait_of(throttle, "ada", "203.0.113.5"), 15);    // any other address
  for (int i = 0; i < 11; ++i) throttle.failed("ada", "192.0.2.1");
  EXPECT_EQ(wait_of(throttle, "ada", "192.0.2.1"), 1);
}

TEST(ThrottleTest, GuessesFromManyAddressesCountTogether) {
  Throttle throttle({}, {.free_failures = 100});
  for (int i = 0; i < 10; ++i) throttle.failed("ada", "198.51.100." + std::to_string(i));
  EXPECT_EQ(wait_of(throttle, "ada", "203.0.113.5"), 0);
  throttle.failed("ada", "198.51.100.77");
  EXPECT_EQ(wait_of(throttle, "ada", "203.0.113.5"), 1);
}

TEST(ThrottleTest, TheRefusalSaysWhenToComeBack) {
  Throttle throttle({.free_failures = 0}, {.free_failures = 100});
  throttle.failed("ada", "x");
  try {
    throttle.check("ada", "x");
    FAIL() << "was let in";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.detail().at("retry_after").as_int64(), 1);
  }
}

TEST(ThrottleTest, AnIpv6HostIsItsNetwork) {
  EXPECT_EQ(throttled_address("2001:db8:1:2::3"), throttled_address("2001:db8:1:2:ffff::"));
  EXPECT_NE(throttled_address("2001:db8:1:2::3"), throttled_address("2001:db8:1:3::3"));
  EXPECT_EQ(throttled_address("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(throttled_address("192.0.2.7"), "192.0.2.7");
}

}  // namespace
}  // namespace boathouse::auth
