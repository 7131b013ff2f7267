// SPDX-License-Identifier: Apache-2.0
#include "base/digest_behind.h"

#include <algorithm>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_read.h"

namespace boathouse::base {
namespace {

// Starting a thread takes as long as hashing some ten thousand bytes.
constexpr std::uint64_t kWorthAThread = 256 << 10;
constexpr std::size_t kPiece = 256 << 10;
// In the count of what was written: no more comes.
constexpr std::uint64_t kEnded = std::uint64_t{1} << 63;

}  // namespace

DigestBehind::DigestBehind(Digest::Kind kind, std::filesystem::path path) : path_(std::move(path)), digest_(kind) {}

DigestBehind::~DigestBehind() { end(kEnded); }

void DigestBehind::wrote(std::string_view bytes) {
  const std::uint64_t before = written_.load();
  const std::uint64_t now = before + bytes.size();
  written_.store(now);
  written_.notify_one();
  if (follower_.valid()) return;
  if (now >= kWorthAThread) {
    try {
      follower_ = std::async(std::launch::async, [this, before] { follow(before); });
      return;
    } catch (const std::system_error&) {
      // No thread is to be had now.
    }
  }
  digest_.update(bytes);
}

std::string DigestBehind::finish() {
  end(written_.load() | kEnded);
  if (follower_.valid()) follower_.get();
  return digest_.finish();
}

void DigestBehind::end(std::uint64_t written) {
  written_.store(written);
  written_.notify_one();
}

void DigestBehind::follow(std::uint64_t at) {
  const UniqueFd file = open_for_read(path_);
  const auto buffer = std::make_unique_for_overwrite<char[]>(kPiece);
  while (true) {
    const std::uint64_t seen = written_.load();
    const std::uint64_t size = seen & ~kEnded;
    if (at < size) {
      const std::span<char> room(buffer.get(), static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - at)));
      const std::size_t got = read_some_at(file.get(), room, at, "reading what was written");
      if (got == 0) throw Error(ErrorKind::internal, "a file became shorter while it was written");
      digest_.update({buffer.get(), got});
      at += got;
    } else if (seen != size) {
      return;
    } else {
      written_.wait(seen);
    }
  }
}

}  // namespace boathouse::base
