// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "base/error.h"
#include "base/file.h"

namespace boathouse::base {
namespace {

constexpr std::size_t kPiece = 1 << 20;

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

void Sha256::update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string Sha256::finish() {
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

std::string sha256_of_file(const std::filesystem::path& path, const std::function<void(std::size_t)>& read) {
  Sha256 hash;
  UniqueFd fd = open_for_read(path);
  std::string piece(kPiece, '\0');
  for (;;) {
    ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(errno, "reading a file");
    if (got == 0) return hash.finish();
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    if (read) read(static_cast<std::size_t>(got));
  }
}

}  // namespace boathouse::base
