// SPDX-License-Identifier: Apache-2.0
#include "auth/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

constexpr int kBits = 2048;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

base::Error failed() { return {base::ErrorKind::internal, "OpenSSL cannot handle an RSA key."}; }

template <class Write>
std::string pem_of(Write write) {
  Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || write(memory.get()) != 1) throw failed();
  char* bytes = nullptr;
  long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Pkey read(std::string_view private_pem) {
  Memory memory(BIO_new_mem_buf(private_pem.data(), static_cast<int>(private_pem.size())));
  if (!memory) return nullptr;
  return Pkey(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
}

Pkey require(std::string_view private_pem) {
  Pkey key = read(private_pem);
  if (!key) throw failed();
  return key;
}

std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &found) != 1) throw failed();
  Number number(found);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(found)), '\0');
  BN_bn2bin(found, reinterpret_cast<unsigned char*>(bytes.data()));
  return base::to_base64url(bytes);
}

}  // namespace

std::string make_rsa_key() {
  Pkey key(EVP_RSA_gen(kBits));
  if (!key) throw failed();
  return pem_of(
      [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

bool is_rsa_key(std::string_view private_pem) {
  Pkey key = read(private_pem);
  return key && EVP_PKEY_is_a(key.get(), "RSA") == 1 && EVP_PKEY_get_bits(key.get()) >= kBits;
}

std::string rsa_public_pem(std::string_view private_pem) {
  Pkey key = require(private_pem);
  return pem_of([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
}

boost::json::object rsa_jwk(std::string_view private_pem, std::string_view id) {
  Pkey key = require(private_pem);
  return {{"kty", "RSA"},
          {"use", "sig"},
          {"alg", "RS256"},
          {"kid", id},
          {"n", number_of(key.get(), OSSL_PKEY_PARAM_RSA_N)},
          {"e", number_of(key.get(), OSSL_PKEY_PARAM_RSA_E)}};
}

}  // namespace boathouse::auth
