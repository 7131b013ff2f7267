// SPDX-License-Identifier: Apache-2.0
#include "core/file_uses.h"

#include <gtest/gtest.h>

namespace boathouse::core {
namespace {

const base::WorkspaceId kA("a");
const base::WorkspaceId kB("b");

TEST(FileUses, TheOldestUseOfAWorkspaceCounts) {
  FileUses uses;
  EXPECT_EQ(uses.oldest(kA), std::nullopt);
  base::Micros before = uses.stamp();
  auto first = std::make_unique<FileUses::Use>(uses.begin(kA));
  base::Micros between = uses.stamp();
  FileUses::Use second = uses.begin(kA);
  ASSERT_TRUE(uses.oldest(kA));
  EXPECT_GT(*uses.oldest(kA), before);
  EXPECT_LT(*uses.oldest(kA), between);
  first.reset();
  EXPECT_GT(*uses.oldest(kA), between);
  EXPECT_EQ(uses.oldest(kB), std::nullopt) << "workspaces do not wait for each other";
}

TEST(FileUses, AMovedUseEndsOnce) {
  FileUses uses;
  {
    FileUses::Use use = uses.begin(kA);
    FileUses::Use moved = std::move(use);
    use = uses.begin(kA);
    std::swap(use, moved);
    EXPECT_TRUE(uses.oldest(kA));
  }
  EXPECT_EQ(uses.oldest(kA), std::nullopt);
}

TEST(FileUses, MomentsNeverRepeat) {
  FileUses uses;
  base::Micros last = 0;
  for (int i = 0; i < 1000; ++i) {
    base::Micros now = uses.stamp();
    EXPECT_GT(now, last);
    last = now;
  }
}

TEST(FileUses, NothingIsRemovedDuringAPause) {
  FileUses uses;
  EXPECT_TRUE(uses.removal().owns_lock());
  {
    FileUses::Pause pause = uses.pause_removal();
    FileUses::Pause another = uses.pause_removal();
    EXPECT_FALSE(uses.removal().owns_lock());
  }
  EXPECT_TRUE(uses.removal().owns_lock());
}

}  // namespace
}  // namespace boathouse::core
