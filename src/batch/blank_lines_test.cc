// SPDX-License-Identifier: Apache-2.0
#include "batch/blank_lines.h"

#include <gtest/gtest.h>

namespace boathouse::batch {
namespace {

std::string empty_lines(std::string_view text, char delimiter = ',', std::size_t chunk = 1 << 20) {
  BlankLines lines(delimiter);
  std::string emptied;
  const BlankLines::Write write = [&](std::string_view kept) { emptied += kept; };
  for (std::size_t at = 0; at < text.size(); at += chunk) lines.feed(text.substr(at, chunk), write);
  return emptied;
}

TEST(BlankLines, LinesOfBlanksAreEmptied) {
  EXPECT_EQ(empty_lines("  \n \n"), "\n\n");
  EXPECT_EQ(empty_lines("a,b\n \t \n1,x\r\n  \r\n2,y\r \r  "), "a,b\n\n1,x\r\n\r\n2,y\r\r");
  EXPECT_EQ(empty_lines("\xef\xbb\xbf \na\n"), "\xef\xbb\xbf\na\n");
}

TEST(BlankLines, EverythingElseStaysAsItIs) {
  for (std::string_view text : {"", "a,b\n1,2\n", " a, b \n\n\n 1,\n", "\"a\n  \nb\"\n1\n", "\"a\"\"\n \n\",x\n",
                                "a,\"\n \n\"\n", " \"x\n\" \n"}) {
    EXPECT_EQ(empty_lines(text), text);
  }
  EXPECT_EQ(empty_lines("a\tb\n\t\n", '\t'), "a\tb\n\t\n") << "two empty fields";
  EXPECT_EQ(empty_lines("a\"\n \n\"b\n"), "a\"\n\n\"b\n") << "a quote within a field opens nothing";
  const std::string many(100'000, ' ');
  EXPECT_EQ(empty_lines("a\n" + many + "\n"), "a\n" + many + "\n") << "what is held back has a limit";
}

TEST(BlankLines, FilesWithoutAnyAreKnownQuickly) {
  for (std::string_view text : {"", "a, b\n1,2\n", "a\r\nb\r\n",
                                "\xef\xbb\xbf"
                                "a\n",
                                "\n\n", "a\n"}) {
    EXPECT_FALSE(may_have_blank_lines(text, 0)) << text;
  }
  for (std::string_view text : {" ", "\t\n", "a\n \n", "a\r \r", "a\r\n b\r\n", "\xef\xbb\xbf \n"}) {
    EXPECT_TRUE(may_have_blank_lines(text, 0)) << text;
  }
  EXPECT_FALSE(may_have_blank_lines(" b\n", 'a'));
  EXPECT_TRUE(may_have_blank_lines(" b\n", '\n'));
}

TEST(BlankLines, EveryChunkSizeGivesTheSame) {
  const std::string text = "\xef\xbb\xbf \t\n\"a\"\"\n \n\",b\r\n \r\n1,\" \n \"\n  2,3\n \n \" \n";
  const std::string whole = empty_lines(text);
  for (std::size_t chunk = 1; chunk < text.size(); ++chunk) EXPECT_EQ(empty_lines(text, ',', chunk), whole) << chunk;
}

}  // namespace
}  // namespace boathouse::batch
