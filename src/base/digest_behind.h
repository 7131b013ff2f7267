// SPDX-License-Identifier: Apache-2.0
// The digest of a file that is being written: a large one is read and hashed by a thread of its own behind the writer, so
// that neither waits for the other, as long as few are hashed at once. One file, one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"

namespace boathouse::base {

class DigestBehind {
 public:
  // The file at `path` stays there, and what was written of it as it is, until this goes away.
  DigestBehind(Digest::Kind kind, std::filesystem::path path);
  // Waits for no more than the piece that is being hashed.
  ~DigestBehind();
  DigestBehind(const DigestBehind&) = delete;
  DigestBehind& operator=(const DigestBehind&) = delete;

  // These bytes were written after those before them.
  void wrote(std::string_view bytes);
  // Of all that was written; see Digest. Throws system_error() where the file cannot be read again. Once.
  std::string finish();

 private:
  void end(std::uint64_t written);
  // A follower of what is written from there on; false where none is to be had.
  bool begin(std::uint64_t at);
  void follow(const UniqueFd& file, std::uint64_t at);

  const std::filesystem::path path_;
  Digest digest_;                           // the follower's from when there is one
  std::atomic<std::uint64_t> written_ = 0;  // bytes, with a mark once no more come
  std::future<void> follower_;
};

}  // namespace boathouse::base
