// SPDX-License-Identifier: Apache-2.0
#include "base/digest_behind.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <semaphore>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_read.h"

namespace boathouse::base {
namespace {

// Starting a thread takes as long as hashing some ten thousand bytes.
constexpr std::uint64_t kWorthAThread = 256 << 10;
constexpr std::size_t kPiece = 256 << 10;
// Each is a thread for as long as its client takes; past these a writer hashes itself.
constexpr std::ptrdiff_t kMostFollowers = 64;
std::counting_semaphore<kMostFollowers> free_followers(kMostFollowers);

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
  if (follower_.valid() || (now >= kWorthAThread && begin(before))) return;
  digest_.update(bytes);
}

bool DigestBehind::begin(std::uint64_t at) {
  if (!free_followers.try_acquire()) return false;
  const std::shared_ptr<void> permit(nullptr, [](void*) { free_followers.release(); });
  try {
    auto file = std::make_shared<const UniqueFd>(open_for_read(path_));
    follower_ = std::async(std::launch::async, [this, permit, file, at] { follow(*file, at); });
    return true;
  } catch (const std::exception&) {
    return false;  // no thread or no descriptor is to be had now
  }
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

void DigestBehind::follow(const UniqueFd& file, std::uint64_t at) {
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
