// SPDX-License-Identifier: Apache-2.0
#include "base/write_behind.h"

#include <fcntl.h>

namespace boathouse::base {
namespace {

// Small files are better written by their sync, at once.
constexpr std::uint64_t kStep = 8 << 20;

}  // namespace

void WriteBehind::wrote(int fd, std::uint64_t size) noexcept {
  if (size - begun_ < kStep) return;
  // A file system that cannot do it leaves the work to the sync.
  static_cast<void>(
      ::sync_file_range(fd, static_cast<off64_t>(begun_), static_cast<off64_t>(size - begun_), SYNC_FILE_RANGE_WRITE));
  begun_ = size;
}

}  // namespace boathouse::base
