// SPDX-License-Identifier: Apache-2.0
// Access tokens. An odd first byte: the rest is a token as somebody sends it, which must not verify. An even one: the rest is
// a payload that gets our header and signature, so that the fuzzer reaches what comes after them.
#include <openssl/hmac.h>

#include "auth/access_tokens.h"
#include "base/encoding.h"
#include "base/file.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {
namespace {

constexpr std::string_view kSecret = "a secret that only the fuzzer knows";
constexpr base::Micros kNow = 1'700'000'000 * base::kSecond;

struct House {
  base::TemporaryFolder folder{std::filesystem::temp_directory_path(), "fuzz-jwt-"};
  auth::KeyRing keys{{.folder = folder.path(), .fixed_token_secret = std::string(kSecret)}};
  auth::AccessTokens tokens{keys};
};

std::string signed_by(House& house, std::string_view payload) {
  std::string header = R"({"alg":"HS256","typ":"JWT","kid":")" + house.keys.newest(auth::KeyKind::token).id + "\"}";
  std::string text = base::to_base64url(header) + "." + base::to_base64url(payload);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return text + "." + base::to_base64url({reinterpret_cast<const char*>(mac), size});
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  static House house;
  bool as_sent = take_byte(bytes) % 2 == 1;
  auto claims = house.tokens.verify(as_sent ? std::string(bytes) : signed_by(house, bytes), kNow);
  if (!claims) return;
  require(!as_sent, "nobody signs but us");
  require(!claims->user.empty() && claims->expires_at > kNow, "a token that verifies names its user and has not ended");
}

}  // namespace boathouse::fuzz
