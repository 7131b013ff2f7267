// SPDX-License-Identifier: Apache-2.0
// Has the system begin to write a file's pages to the disk while more of the file still comes, so that the sync at its end
// has little left to do. Promises nothing by itself. One file, one thread.
#pragma once

#include <cstdint>

namespace boathouse::base {

class WriteBehind {
 public:
  // `size` bytes of the file are written by now, from its beginning.
  void wrote(int fd, std::uint64_t size) noexcept;

 private:
  std::uint64_t begun_ = 0;  // up to where
};

}  // namespace boathouse::base
