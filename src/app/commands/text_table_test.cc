// SPDX-License-Identifier: Apache-2.0
#include "app/commands/text_table.h"

#include <gtest/gtest.h>

namespace boathouse::app {
namespace {

TEST(TextTable, AlignsByCharactersAndPutsNumbersRight) {
  EXPECT_EQ(text_table({{"n", true}, {"name"}}, {{"1", "Zoë"}, {"100", "b"}}),
            "  n  name\n"
            "───  ────\n"
            "  1  Zoë\n"
            "100  b\n");
}

TEST(TextTable, KeepsEachRowOnOneLineOfBearableLength) {
  std::string table = text_table({{"a"}}, {{"two\nlines\tand a tab"}, {std::string(61, 'x')}, {std::string(60, 'y')}});
  EXPECT_NE(table.find("two lines and a tab\n"), std::string::npos);
  EXPECT_NE(table.find(std::string(59, 'x') + "…\n"), std::string::npos);
  EXPECT_NE(table.find(std::string(60, 'y') + "\n"), std::string::npos);
}

}  // namespace
}  // namespace boathouse::app
