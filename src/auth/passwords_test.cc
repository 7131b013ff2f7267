// SPDX-License-Identifier: Apache-2.0
#include "auth/passwords.h"

#include <atomic>
#include <thread>

#include "auth/auth_fixture.h"
#include "auth/common_passwords.h"

namespace boathouse::auth {
namespace {

bool is_good(const std::string& password, PasswordRules rules = PasswordRules::full) {
  return code_of([&] { check_password(password, rules); }) != "weak-password";
}

TEST(PasswordRulesTest, EightWithFourClassesOrFifteenOfAnything) {
  EXPECT_TRUE(is_good("aB3-efgh"));
  EXPECT_FALSE(is_good("aB3-efg"));
  EXPECT_FALSE(is_good("AB3-EFGH"));
  EXPECT_FALSE(is_good("ab3-efgh"));
  EXPECT_FALSE(is_good("aBc-efgh"));
  EXPECT_FALSE(is_good("aB3defgh"));
  EXPECT_FALSE(is_good("qzwxecrvtbynum"));
  EXPECT_TRUE(is_good("qzwxecrvtbynumi"));
}

TEST(PasswordRulesTest, CharactersAreCodePoints) {
  EXPECT_FALSE(is_good("aB3äöü"));
  EXPECT_TRUE(is_good("aB3äöüßé"));
  EXPECT_FALSE(is_good("\xff\xfe aB3-efgh"));
}

TEST(PasswordRulesTest, TheCommonestAreRefusedInAnyCase) {
  EXPECT_FALSE(is_good("Password1!"));
  EXPECT_FALSE(is_good("P@ssw0rd123!"));
  EXPECT_FALSE(is_good("CorrectHorseBatteryStaple"));
  EXPECT_FALSE(is_good("passwordpassword"));
  EXPECT_FALSE(is_good(std::string(20, 'a')));
  EXPECT_FALSE(is_common_password("Str0ng-enough"));
}

TEST(PasswordRulesTest, LengthOnlyAsksForEightAndStillRefusesTheCommonest) {
  EXPECT_TRUE(is_good("kumquats", PasswordRules::length_only));
  EXPECT_FALSE(is_good("kumquat", PasswordRules::length_only));
  EXPECT_FALSE(is_good("password", PasswordRules::length_only));
  EXPECT_FALSE(is_good("iLoveYou", PasswordRules::length_only));
}

TEST(PasswordRulesTest, ThereIsALongest) {
  std::string text;
  while (text.size() < kMaxPasswordBytes) text += "ab";
  EXPECT_TRUE(is_good(text));
  EXPECT_FALSE(is_good(text + "a"));
}

TEST(PasswordRulesTest, MadeUpPasswordsKeepTheRulesAndDiffer) {
  EXPECT_TRUE(is_good(random_password()));
  EXPECT_NE(random_password(), random_password());
}

TEST(PasswordHasherTest, AHashVerifiesItsPasswordOnly) {
  PasswordHasher hasher({.passes = 1, .memory_bytes = 8192});
  std::string hash = hasher.hash("secret");
  EXPECT_THAT(hash, testing::StartsWith("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_NE(hash, hasher.hash("secret"));
  PasswordHasher::Place place(hasher);
  EXPECT_TRUE(place.verify(hash, "secret"));
  EXPECT_FALSE(place.verify(hash, "Secret"));
  EXPECT_FALSE(place.verify(hash, ""));
  EXPECT_FALSE(place.verify(hash, std::string_view("secret\0", 7)));
  EXPECT_FALSE(place.verify("", "secret"));
  EXPECT_FALSE(place.verify("no hash at all", "secret"));
}

TEST(PasswordHasherTest, TheDefaultCostIsWhatTheHeaderSays) {
  PasswordHasher hasher;
  EXPECT_THAT(hasher.hash("x"), testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(PasswordHasherTest, NoMoreHashAtOnceThanThereArePlaces) {
  PasswordHasher hasher({.passes = 1, .memory_bytes = 8192, .at_once = 2});
  std::atomic<int> inside = 0;
  std::atomic<bool> too_many = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      PasswordHasher::Place place(hasher);
      if (++inside > 2) too_many = true;
      place.verify("", "x");
      --inside;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(too_many);
}

}  // namespace
}  // namespace boathouse::auth
