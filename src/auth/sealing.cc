// SPDX-License-Identifier: Apache-2.0
#include "auth/sealing.h"

#include <sodium.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

constexpr std::string_view kFormat = "s1.";
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

base::Error broken() {
  return base::Error(base::ErrorKind::unavailable, "A sealed secret cannot be opened: make it anew.")
      .code("seal-broken");
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct Sealed {
  std::string_view kid;
  std::string_view rest;  // base64url
};

Sealed split(std::string_view sealed) {
  if (!sealed.starts_with(kFormat)) return {};
  sealed.remove_prefix(kFormat.size());
  std::size_t dot = sealed.find('.');
  if (dot == std::string_view::npos) return {};
  return {sealed.substr(0, dot), sealed.substr(dot + 1)};
}

}  // namespace

std::string Sealer::seal(std::string_view secret, std::string_view bound_to) const {
  Key key = keys_.newest(KeyKind::sealing);
  std::string text(kNonceBytes + secret.size() + kTagBytes, '\0');
  base::random_bytes({bytes(text), kNonceBytes});
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(text) + kNonceBytes, nullptr, bytes(secret), secret.size(),
                                             bytes(bound_to), bound_to.size(), nullptr, bytes(text),
                                             bytes(std::string_view(key.material)));
  return std::string(kFormat) + key.id + "." + base::to_base64url(text);
}

std::string Sealer::open(std::string_view sealed, std::string_view bound_to) const {
  Sealed parts = split(sealed);
  auto key = keys_.find(KeyKind::sealing, parts.kid);
  auto text = base::from_base64url(parts.rest);
  if (!key || !text || text->size() < kNonceBytes + kTagBytes) throw broken();
  std::string secret(text->size() - kNonceBytes - kTagBytes, '\0');
  int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(secret), nullptr, nullptr, bytes(*text) + kNonceBytes,
                                                          text->size() - kNonceBytes, bytes(bound_to), bound_to.size(),
                                                          bytes(*text), bytes(std::string_view(key->material)));
  if (failed) throw broken();
  return secret;
}

bool Sealer::is_current(std::string_view sealed) const {
  return split(sealed).kid == keys_.newest(KeyKind::sealing).id;
}

}  // namespace boathouse::auth
