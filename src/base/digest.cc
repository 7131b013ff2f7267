// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/evp.h>

#include <new>

namespace boathouse::base {
namespace {

const EVP_MD* method_of(Digest::Kind kind) {
  switch (kind) {
    case Digest::Kind::md5: return EVP_md5();
    case Digest::Kind::sha1: return EVP_sha1();
    case Digest::Kind::sha256: return EVP_sha256();
  }
  return EVP_sha256();
}

}  // namespace

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), method_of(kind), nullptr) != 1) throw std::bad_alloc();
}

void Digest::update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string Digest::finish() {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size);
  digest.resize(size);
  return digest;
}

}  // namespace boathouse::base
