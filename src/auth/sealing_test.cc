// SPDX-License-Identifier: Apache-2.0
#include "auth/sealing.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

class SealingTest : public testing::Test {
 protected:
  bool opens(const std::string& sealed, const std::string& seat = "here") {
    try {
      return sealer_.open(sealed, seat) == "secret";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), "seal-broken");
      return false;
    }
  }

  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "sealing-"};
  KeyRing keys_{{.folder = folder_.path() / "keys"}};
  Sealer sealer_{keys_};
};

TEST_F(SealingTest, WhatIsSealedOpensInItsPlaceOnly) {
  std::string sealed = sealer_.seal("secret", "here");
  EXPECT_THAT(sealed, testing::StartsWith("s1." + keys_.newest(KeyKind::sealing).id + "."));
  EXPECT_THAT(sealed, testing::Not(testing::HasSubstr("secret")));
  EXPECT_NE(sealed, sealer_.seal("secret", "here"));
  EXPECT_TRUE(opens(sealed));
  EXPECT_FALSE(opens(sealed, "there"));
  EXPECT_FALSE(opens(sealed, ""));
  EXPECT_EQ(sealer_.open(sealer_.seal("", ""), ""), "");
}

TEST_F(SealingTest, NothingMayBeChangedOrMissing) {
  const std::string sealed = sealer_.seal("secret", "here");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(opens(changed)) << i;
    EXPECT_FALSE(opens(sealed.substr(0, i))) << i;
  }
}

TEST_F(SealingTest, TheNewestKeySealsAndOlderOnesOpen) {
  std::string before = sealer_.seal("secret", "here");
  EXPECT_TRUE(sealer_.is_current(before));
  keys_.rotate(KeyKind::sealing);
  EXPECT_FALSE(sealer_.is_current(before));
  EXPECT_TRUE(opens(before));
  EXPECT_TRUE(sealer_.is_current(sealer_.seal("secret", "here")));
}

TEST_F(SealingTest, AnotherInstallationsKeyOpensNothing) {
  KeyRing others({.folder = folder_.path() / "others"});
  EXPECT_FALSE(opens(Sealer(others).seal("secret", "here")));
}

}  // namespace
}  // namespace boathouse::auth
