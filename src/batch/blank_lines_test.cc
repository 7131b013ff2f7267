// SPDX-License-Identifier: Apache-2.0
#include "batch/blank_lines.h"

#include <gtest/gtest.h>

namespace boathouse::batch {
namespace {

struct Emptied {
  std::string text;
  std::uint64_t lines = 0;
};

Emptied empty_lines(std::string_view text, char delimiter = ',', std::size_t chunk = 1 << 20) {
  BlankLines lines(delimiter);
  Emptied emptied;
  const BlankLines::Write write = [&](std::string_view kept) { emptied.text += kept; };
  for (std::size_t at = 0; at < text.size(); at += chunk) lines.feed(text.substr(at, chunk), write);
  lines.finish();
  emptied.lines = lines.emptied();
  return emptied;
}

TEST(BlankLines, LinesOfBlanksAreEmptied) {
  EXPECT_EQ(empty_lines("  \n \n").text, "\n\n");
  EXPECT_EQ(empty_lines("a,b\n \t \n1,x\r\n  \r\n2,y\r \r  ").text, "a,b\n\n1,x\r\n\r\n2,y\r\r");
  EXPECT_EQ(empty_lines("\xef\xbb\xbf \na\n").text, "\xef\xbb\xbf\na\n");
  EXPECT_EQ(empty_lines(" \n\n\t\na\n").lines, 2u);
}

TEST(BlankLines, EverythingElseStaysAsItIs) {
  for (std::string_view text : {"", "a,b\n1,2\n", " a, b \n\n\n 1,\n", "\"a\n  \nb\"\n1\n", "\"a\"\"\n \n\",x\n",
                                "a,\"\n \n\"\n", " \"x\n\" \n"}) {
    EXPECT_EQ(empty_lines(text).text, text);
    EXPECT_EQ(empty_lines(text).lines, 0u) << text;
  }
  EXPECT_EQ(empty_lines("a\tb\n\t\n", '\t').text, "a\tb\n\t\n") << "two empty fields";
  EXPECT_EQ(empty_lines("a\"\n \n\"b\n").text, "a\"\n\n\"b\n") << "a quote within a field opens nothing";
  const std::string many(100'000, ' ');
  EXPECT_EQ(empty_lines("a\n" + many + "\n").text, "a\n" + many + "\n") << "what is held back has a limit";
}

TEST(BlankLines, EveryChunkSizeGivesTheSame) {
  const std::string text = "\xef\xbb\xbf \t\n\"a\"\"\n \n\",b\r\n \r\n1,\" \n \"\n  2,3\n \n \" \n";
  const Emptied whole = empty_lines(text);
  EXPECT_EQ(whole.lines, 3u);
  for (std::size_t chunk = 1; chunk < text.size(); ++chunk)
    EXPECT_EQ(empty_lines(text, ',', chunk).text, whole.text) << chunk;
}

}  // namespace
}  // namespace boathouse::batch
