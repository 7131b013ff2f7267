// SPDX-License-Identifier: Apache-2.0
#include "auth/rsa_keys.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json.hpp>

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

EVP_PKEY* read_key(const std::string& pem, bool is_private) {
  BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = is_private ? PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr)
                             : PEM_read_bio_PUBKEY(memory, nullptr, nullptr, nullptr);
  BIO_free_all(memory);
  return key;
}

// Signs with one half and verifies with the other.
bool belong_together(const std::string& private_pem, const std::string& public_pem) {
  const std::string text = "a token";
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  EVP_PKEY* signer = read_key(private_pem, true);
  EVP_PKEY* verifier = read_key(public_pem, false);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  unsigned char signature[512];
  std::size_t size = sizeof signature;
  EXPECT_EQ(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, signer), 1);
  EXPECT_EQ(EVP_DigestSign(context, signature, &size, data, text.size()), 1);
  EVP_MD_CTX_reset(context);
  EXPECT_EQ(EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, verifier), 1);
  bool good = EVP_DigestVerify(context, signature, size, data, text.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(signer);
  EVP_PKEY_free(verifier);
  return good;
}

TEST(RsaKeysTest, OneIsMadeWhenNeededAndKeptAndPublishedByItsHalf) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "rsa-");
  KeyRing ring({.folder = folder.path()});
  RsaKeys keys(ring);
  RsaSigningKey first = keys.signing_key();
  ASSERT_TRUE(keys.verifying_key(first.id));
  EXPECT_TRUE(belong_together(first.private_pem, *keys.verifying_key(first.id)));
  EXPECT_FALSE(keys.verifying_key("unknown"));

  auto jwks = keys.jwks();
  ASSERT_EQ(jwks.at("keys").as_array().size(), 1u);
  const auto& jwk = jwks.at("keys").as_array()[0].as_object();
  EXPECT_EQ(jwk.at("kty"), "RSA");
  EXPECT_EQ(jwk.at("alg"), "RS256");
  EXPECT_EQ(jwk.at("use"), "sig");
  EXPECT_EQ(jwk.at("kid").as_string(), first.id);
  EXPECT_EQ(jwk.at("e"), "AQAB");
  EXPECT_EQ(base::from_base64url(std::string(jwk.at("n").as_string()))->size(), 256u) << "2048 bits";
  EXPECT_EQ(jwk.size(), 6u) << "nothing of the private half";

  KeyRing again({.folder = folder.path()});
  EXPECT_EQ(RsaKeys(again).signing_key().private_pem, first.private_pem);
}

TEST(RsaKeysTest, BothArePublishedWhileTheOldOnesTokensLive) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "rsa-");
  KeyRing ring({.folder = folder.path()});
  RsaKeys keys(ring);
  std::string old = keys.signing_key().id;
  std::string next = ring.rotate(KeyKind::rsa).id;
  EXPECT_EQ(keys.signing_key().id, next);
  auto list = keys.jwks().at("keys").as_array();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].at("kid").as_string(), next);
  EXPECT_EQ(list[1].at("kid").as_string(), old);
  EXPECT_TRUE(keys.verifying_key(old));
}

}  // namespace
}  // namespace boathouse::auth
