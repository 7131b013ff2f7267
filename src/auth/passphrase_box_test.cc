// SPDX-License-Identifier: Apache-2.0
#include "auth/passphrase_box.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace boathouse::auth {
namespace {

constexpr std::string_view kPassphrase = "correct horse battery";

TEST(PassphraseBox, OpensWithItsPassphraseOnly) {
  const std::string sealed = seal_with_passphrase("the secret", kPassphrase);
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(open_with_passphrase(sealed, kPassphrase), "the secret");
  EXPECT_NE(seal_with_passphrase("the secret", kPassphrase), sealed);
  EXPECT_THROW(open_with_passphrase(sealed, "correct horse batterz"), base::Error);
}

TEST(PassphraseBox, RefusesWhatWasAltered) {
  const std::string sealed = seal_with_passphrase("", kPassphrase);
  EXPECT_EQ(open_with_passphrase(sealed, kPassphrase), "");
  std::string altered = sealed;
  altered[sealed.size() / 2] = altered[sealed.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_THROW(open_with_passphrase(altered, kPassphrase), base::Error);
  for (std::string_view bad : {"", "p1.", "p1.AAAA", "p2.AAAA", "p1.*"}) {
    EXPECT_THROW(open_with_passphrase(bad, kPassphrase), base::Error) << bad;
  }
}

TEST(PassphraseBox, AsksForEnoughCharacters) {
  EXPECT_THROW(seal_with_passphrase("x", std::string(kLeastPassphrase - 1, 'x')), base::Error);
  EXPECT_NO_THROW(seal_with_passphrase("x", std::string(kLeastPassphrase, 'x')));
}

}  // namespace
}  // namespace boathouse::auth
