// SPDX-License-Identifier: Apache-2.0
#include "auth/access_tokens.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/json.hpp>

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::kSecond;

const std::string kSecret(32, 'k');
const base::UserId kUser("u-1");
constexpr base::Micros kNow = 1'000'000 * kSecond;

std::vector<std::string> parts(const std::string& token) {
  std::size_t first = token.find('.'), second = token.rfind('.');
  return {token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}
boost::json::object decoded(const std::string& part) {
  return boost::json::parse(*base::from_base64url(part)).as_object();
}

std::string signed_by(const std::string& header, const std::string& payload, const EVP_MD* digest,
                      const std::string& secret) {
  std::string text = base::to_base64url(header) + "." + base::to_base64url(payload);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac, &size);
  return text + "." + base::to_base64url({reinterpret_cast<const char*>(mac), size});
}

class AccessTokensTest : public testing::Test {
 protected:
  // Tokens signed with `secret` and nothing else.
  KeyRing ring(const std::string& secret) { return KeyRing({.folder = folder_.path(), .fixed_token_secret = secret}); }
  static AccessClaims claims_until(base::Micros end) {
    return {.user = kUser, .name = "Ada Ö", .password_mark = "mark", .issued_at = kNow, .expires_at = end};
  }

  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "tokens-"};
  KeyRing keys_ = ring(kSecret);
  AccessTokens tokens_{keys_};
  std::string token_ = tokens_.issue(claims_until(kNow + 60 * kSecond));
  std::string header_ = *base::from_base64url(parts(token_)[0]);
  std::string payload_ = *base::from_base64url(parts(token_)[1]);
};

TEST_F(AccessTokensTest, CarryTheirClaims) {
  auto claims = tokens_.verify(token_, kNow);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user, kUser);
  EXPECT_EQ(claims->name, "Ada Ö");
  EXPECT_EQ(claims->password_mark, "mark");
  EXPECT_EQ(claims->issued_at, kNow);
  EXPECT_EQ(claims->expires_at, kNow + 60 * kSecond);
  auto header = decoded(parts(token_)[0]);
  EXPECT_EQ(header.at("alg"), "HS256");
  EXPECT_TRUE(header.contains("kid"));
  EXPECT_NE(decoded(parts(token_)[1]).at("jti"),
            decoded(parts(tokens_.issue(claims_until(kNow + 60 * kSecond)))[1]).at("jti"));
}

TEST_F(AccessTokensTest, EndWhenTheyExpire) {
  EXPECT_TRUE(tokens_.verify(token_, kNow + 60 * kSecond - 1));
  EXPECT_FALSE(tokens_.verify(token_, kNow + 60 * kSecond));
}

TEST_F(AccessTokensTest, WhatWeWouldSignOurselvesIsTheOnlyThingTaken) {
  EXPECT_TRUE(tokens_.verify(signed_by(header_, payload_, EVP_sha256(), kSecret), kNow));

  auto with = [&](std::string_view key, const char* value) {
    auto header = boost::json::parse(header_).as_object();
    if (value)
      header[key] = value;
    else
      header.erase(key);
    return boost::json::serialize(header);
  };
  EXPECT_FALSE(tokens_.verify(signed_by(with("alg", "HS384"), payload_, EVP_sha384(), kSecret), kNow));
  EXPECT_FALSE(tokens_.verify(signed_by(with("alg", "HS512"), payload_, EVP_sha512(), kSecret), kNow));
  EXPECT_FALSE(tokens_.verify(signed_by(with("alg", "RS256"), payload_, EVP_sha256(), kSecret), kNow));
  EXPECT_FALSE(tokens_.verify(signed_by(with("alg", nullptr), payload_, EVP_sha256(), kSecret), kNow));
  EXPECT_FALSE(tokens_.verify(signed_by(with("kid", "other"), payload_, EVP_sha256(), kSecret), kNow));
  EXPECT_FALSE(tokens_.verify(signed_by(with("kid", nullptr), payload_, EVP_sha256(), kSecret), kNow));
  EXPECT_FALSE(tokens_.verify(signed_by(header_, payload_, EVP_sha256(), std::string(32, 'x')), kNow));
}

TEST_F(AccessTokensTest, AlgorithmNoneIsNoSignature) {
  for (const char* alg : {"none", "None", "NONE", ""}) {
    auto header = boost::json::parse(header_).as_object();
    header["alg"] = alg;
    std::string unsigned_token = base::to_base64url(boost::json::serialize(header)) + "." + parts(token_)[1] + ".";
    EXPECT_FALSE(tokens_.verify(unsigned_token, kNow)) << alg;
    EXPECT_FALSE(tokens_.verify(unsigned_token + parts(token_)[2], kNow)) << alg;
  }
}

TEST_F(AccessTokensTest, NothingMayBeChangedOrMissing) {
  for (std::size_t i = 0; i < token_.size(); ++i) {
    std::string changed = token_;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens_.verify(changed, kNow)) << i;
  }
  auto claims = boost::json::parse(payload_).as_object();
  claims.erase("sub");
  EXPECT_FALSE(tokens_.verify(signed_by(header_, boost::json::serialize(claims), EVP_sha256(), kSecret), kNow));
  claims = boost::json::parse(payload_).as_object();
  claims.erase("exp");
  EXPECT_FALSE(tokens_.verify(signed_by(header_, boost::json::serialize(claims), EVP_sha256(), kSecret), kNow));
  for (std::string bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), token_ + "=",
        token_ + std::string(1, '\0'), token_.substr(0, token_.rfind('.')), std::string(100000, 'a')}) {
    EXPECT_FALSE(tokens_.verify(bad, kNow));
  }
}

TEST_F(AccessTokensTest, TimesThatNoClockShowsAreRefused) {
  for (const char* name : {"iat", "exp"}) {
    for (std::int64_t time : {std::int64_t{1} << 62, -(std::int64_t{1} << 62)}) {
      boost::json::object claims = decoded(parts(token_)[1]);
      claims[name] = time;
      EXPECT_FALSE(tokens_.verify(signed_by(header_, boost::json::serialize(claims), EVP_sha256(), kSecret), kNow))
          << name << time;
    }
  }
}

TEST_F(AccessTokensTest, OfAnotherSecretAreRefused) {
  KeyRing others = ring(std::string(32, 'n'));
  EXPECT_FALSE(AccessTokens(others).verify(token_, kNow));
  EXPECT_FALSE(tokens_.verify(AccessTokens(others).issue(claims_until(kNow + kSecond)), kNow));
}

TEST_F(AccessTokensTest, ANewKeySignsWhileTheOldOneVerifiesUntilItsTokensHaveEnded) {
  KeyRing keys({.folder = folder_.path() / "rotating", .overlap = base::kHour});
  AccessTokens tokens(keys);
  base::Micros end = base::now_micros() + base::kDay;
  std::string before = tokens.issue(claims_until(end));
  KeyFacts newer = keys.rotate(KeyKind::token);
  std::string after = tokens.issue(claims_until(end));
  EXPECT_EQ(decoded(parts(after)[0]).at("kid").as_string(), newer.id);
  EXPECT_NE(decoded(parts(before)[0]).at("kid").as_string(), newer.id);
  EXPECT_TRUE(tokens.verify(before, newer.created_at + base::kHour - 1));
  EXPECT_FALSE(tokens.verify(before, newer.created_at + base::kHour));
  EXPECT_TRUE(tokens.verify(after, newer.created_at + base::kHour));
}

TEST(PasswordMarkTest, TellsPasswordsAndSignOutsApart) {
  meta::UserRow user{.password_hash = "a"};
  const std::string mark = password_mark(user);
  EXPECT_EQ(mark, password_mark(user));
  user.sign_outs = 1;
  EXPECT_NE(mark, password_mark(user));
  EXPECT_NE(mark, password_mark({.password_hash = "b"}));
}

}  // namespace
}  // namespace boathouse::auth
