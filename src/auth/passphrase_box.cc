// SPDX-License-Identifier: Apache-2.0
#include "auth/passphrase_box.h"

#include <sodium.h>

#include <array>

#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kVersion = "p1.";
// The cost belongs to the version: it must be the same when the text is opened.
constexpr unsigned long long kPasses = 3;
constexpr std::size_t kMemoryBytes = 64 << 20;
constexpr std::size_t kSalt = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

class PassphraseKey {
 public:
  PassphraseKey(std::string_view passphrase, std::string_view salt) {
    if (sodium_init() < 0 || crypto_pwhash(key_.data(), key_.size(), passphrase.data(), passphrase.size(), bytes(salt),
                                           kPasses, kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
      throw Error(ErrorKind::unavailable, "not enough memory to work with a passphrase");
    }
  }
  ~PassphraseKey() { sodium_memzero(key_.data(), key_.size()); }
  PassphraseKey(const PassphraseKey&) = delete;
  PassphraseKey& operator=(const PassphraseKey&) = delete;
  const unsigned char* data() const { return key_.data(); }

 private:
  std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> key_{};
};

}  // namespace

std::string seal_with_passphrase(std::string_view secret, std::string_view passphrase) {
  if (passphrase.size() < kLeastPassphrase) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the passphrase is too short: {} characters or more", kLeastPassphrase));
  }
  std::string head(kSalt + kNonce, '\0');
  base::random_bytes({reinterpret_cast<std::uint8_t*>(head.data()), head.size()});
  const PassphraseKey key(passphrase, std::string_view(head).substr(0, kSalt));
  std::string sealed(secret.size() + kTag, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(sealed.data()), nullptr, bytes(secret),
                                             secret.size(), bytes(kVersion), kVersion.size(), nullptr,
                                             bytes(std::string_view(head).substr(kSalt)), key.data());
  return std::string(kVersion) + base::to_base64url(head + sealed);
}

std::string open_with_passphrase(std::string_view sealed, std::string_view passphrase) {
  auto refuse = []() -> Error {
    return {ErrorKind::invalid_argument,
            "the passphrase is not the one that it was sealed with, or the file is damaged"};
  };
  if (!sealed.starts_with(kVersion)) throw refuse();
  auto raw = base::from_base64url(sealed.substr(kVersion.size()));
  if (!raw || raw->size() < kSalt + kNonce + kTag) throw refuse();
  const std::string_view all = *raw;
  const PassphraseKey key(passphrase, all.substr(0, kSalt));
  const std::string_view box = all.substr(kSalt + kNonce);
  std::string secret(box.size() - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(secret.data()), nullptr, nullptr,
                                                 bytes(box), box.size(), bytes(kVersion), kVersion.size(),
                                                 bytes(all.substr(kSalt, kNonce)), key.data()) != 0) {
    throw refuse();
  }
  return secret;
}

}  // namespace boathouse::auth
