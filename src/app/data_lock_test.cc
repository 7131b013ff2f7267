// SPDX-License-Identifier: Apache-2.0
#include "app/data_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "base/error.h"

namespace boathouse::app {
namespace {

TEST(DataLock, ASecondHolderIsToldWhoHoldsTheFolder) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "data-lock-test-");
  std::filesystem::path data = folder.path() / "new" / "data";
  std::optional<DataLock> lock(std::in_place, data);
  try {
    DataLock second(data);
    FAIL() << "two hold the folder";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::conflict);
    EXPECT_NE(error.message().find(std::to_string(::getpid())), std::string::npos) << error.message();
  }
  lock.reset();
  EXPECT_NO_THROW(DataLock{data});
}

}  // namespace
}  // namespace boathouse::app
