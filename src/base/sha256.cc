// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include "base/error.h"
#include "base/file.h"
#include "base/file_read.h"

namespace boathouse::base {
namespace {

constexpr std::size_t kPiece = 1 << 20;

}  // namespace

std::string sha256_of_file(const std::filesystem::path& path, const std::function<void(std::size_t)>& read) {
  Sha256 hash;
  UniqueFd fd = open_for_read(path);
  std::string piece(kPiece, '\0');
  for (;;) {
    const std::size_t got = read_some(fd.get(), piece);
    if (got == 0) return hash.finish();
    hash.update(std::string_view(piece).substr(0, got));
    if (read) read(got);
  }
}

}  // namespace boathouse::base
