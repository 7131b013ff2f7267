// SPDX-License-Identifier: Apache-2.0
#include "base/write_behind.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace boathouse::base {
namespace {

TEST(WriteBehind, LeavesTheFileAsItIs) {
  TemporaryFolder folder(std::filesystem::temp_directory_path(), "write-behind-");
  const std::filesystem::path path = folder.path() / "file";
  const std::string piece(5 << 20, 'x');
  UniqueFd fd = create_file(path);
  WriteBehind behind;
  for (std::uint64_t pieces = 1; pieces <= 5; ++pieces) {
    write_all(fd.get(), piece);
    behind.wrote(fd.get(), pieces * piece.size());
  }
  EXPECT_EQ(base::file_size(path), 5 * piece.size());
  behind.wrote(-1, 1 << 30);
}

}  // namespace
}  // namespace boathouse::base
