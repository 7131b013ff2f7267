// SPDX-License-Identifier: Apache-2.0
#include "app/commands/progress_bar.h"

#include <gtest/gtest.h>

namespace boathouse::app {
namespace {

TEST(ProgressLine, TellsThePartThatIsDone) {
  EXPECT_EQ(progress_line("copying", 3, 12, "files"), "copying  [######..................]  25 %  3 of 12 files");
  EXPECT_EQ(progress_line("copying", 0, 2, "files"), "copying  [........................]   0 %  0 of 2 files");
  EXPECT_EQ(progress_line("copying", 2, 2, "files"), "copying  [########################] 100 %  2 of 2 files");
}

TEST(ProgressLine, StaysWithinItsBar) {
  EXPECT_EQ(progress_line("a", 5, 2, "rows"), progress_line("a", 2, 2, "rows"));
  EXPECT_EQ(progress_line("a", -1, 2, "rows"), progress_line("a", 0, 2, "rows"));
}

TEST(ProgressLine, TellsBytesInUnitsThatCanBeRead) {
  EXPECT_NE(progress_line("a", 1023, 1023, "bytes").find("1023 of 1023 bytes"), std::string::npos);
  EXPECT_NE(progress_line("a", 512, 1024, "bytes").find("0.5 of 1.0 KiB"), std::string::npos);
  EXPECT_NE(progress_line("a", 1 << 20, 3 << 20, "bytes").find("1.0 of 3.0 MiB"), std::string::npos);
  EXPECT_NE(progress_line("a", 0, 5LL << 50, "bytes").find("of 5120.0 TiB"), std::string::npos);
}

TEST(ProgressLine, WithoutATotalTellsWhatIsDone) { EXPECT_EQ(progress_line("a", 7, 0, "rows"), "a  7 rows"); }

}  // namespace
}  // namespace boathouse::app
