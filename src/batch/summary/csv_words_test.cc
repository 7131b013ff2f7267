// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/csv_words.h"

#include <gtest/gtest.h>

#include <string>

namespace boathouse::batch {
namespace {

// The words, each in brackets, records parted by semicolons.
std::string split(std::string text, std::size_t width, bool whole = true) {
  std::vector<Word> words;
  WordSplitter().split(text.data(), text.size(), whole, width, words);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && i % width == 0) out += ';';
    out += '[' + text.substr(words[i].begin, words[i].size) + ']';
  }
  return out;
}

CsvFault fault_of(const std::string& text, std::size_t width) {
  try {
    split(text, width);
  } catch (const CsvFault& fault) {
    return fault;
  }
  ADD_FAILURE() << "no fault in " << text;
  return {};
}

TEST(WordSplitter, RecordsEndAtAnyLineEndAndMayHaveNone) {
  for (const char* text :
       {"a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "\n\na,b\r\n\r\nc,d\n\n", "a,b\n \t\nc,d\n\t", "a,b\n  \r\nc,d"}) {
    EXPECT_EQ(split(text, 2), "[a][b];[c][d]") << text;
  }
  EXPECT_EQ(split("a\n\"\"\n \n\" \"\nb", 1), "[a];[];[ ];[b]");
}

TEST(WordSplitter, ShortRecordsAreFilledUpAndLongOnesRefused) {
  EXPECT_EQ(split("a\nb,c\n,\nd,", 3), "[a][][];[b][c][];[][][];[d][][]");
  const CsvFault fault = fault_of("a,b\nc,d,e\n", 2);
  EXPECT_EQ(fault.kind, CsvFault::Kind::too_many_fields);
  EXPECT_EQ(fault.at, 4U);
  EXPECT_EQ(fault.fields, 3U);
}

TEST(WordSplitter, QuotesHoldCommasLineEndsAndQuotes) {
  EXPECT_EQ(split("\"a,b\",\"c\nd\"\n\"e\"\"f\",\"\"\"\"", 2), "[a,b][c\nd];[e\"f][\"]");
  EXPECT_EQ(split("\"a\r\n\r\nb\",", 2), "[a\r\n\r\nb][]");
  // What follows a closing quote goes on as plain text, in which quotes are nothing.
  EXPECT_EQ(split("\"a\"b,\"c\"\"d\"e\"f\"\n", 2), "[ab][c\"de\"f\"]");
  EXPECT_EQ(split("a\"b,c\"\"d\n", 2), "[a\"b][c\"\"d]");
  EXPECT_EQ(split(" \"a\",b\n", 2), "[ \"a\"][b]");
  const CsvFault fault = fault_of("a,b\nc,\"d\n", 2);
  EXPECT_EQ(fault.kind, CsvFault::Kind::open_quote);
  EXPECT_EQ(fault.at, 6U);
}

TEST(WordSplitter, LeavesWhatIsNotWhole) {
  const std::string text = "a,b\nc,\"d\ne";
  std::string copy = text;
  std::vector<Word> words;
  EXPECT_EQ(WordSplitter().split(copy.data(), copy.size(), false, 2, words), 4U);
  EXPECT_EQ(words.size(), 2U);
}

TEST(WordSplitter, WithoutAWidthTakesOneRecord) {
  std::string text = "\n \na,b,c\nd\n";
  std::vector<Word> words;
  EXPECT_EQ(WordSplitter().split(text.data(), text.size(), true, 0, words), 9U);
  EXPECT_EQ(words.size(), 3U);
}

// Every place where a mark can lie in the 64 bytes that are looked at together.
TEST(WordSplitter, MarksMayLieAnywhere) {
  for (std::size_t before = 0; before < 140; ++before) {
    const std::string pad(before, 'x');
    EXPECT_EQ(split(pad + "1,\"" + pad + "\"\"\"\r\n" + pad + "2,\n", 2),
              "[" + pad + "1][" + pad + "\"];[" + pad + "2][]")
        << before;
  }
}

}  // namespace
}  // namespace boathouse::batch
