// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "batch/test_support.h"

namespace boathouse::batch {
namespace {

ScanOptions without_header() { return {.header = Header::absent}; }

std::uint64_t rows(std::string_view text) { return scan(text, without_header()).rows; }

TEST(CsvScanner, CountsRecordsWhateverEndsThem) {
  const std::pair<const char*, std::uint64_t> cases[] = {{"a,b", 1},
                                                         {"a,b\n", 1},
                                                         {"a,b\r\n", 1},
                                                         {"a,b\r", 1},
                                                         {"a\nb\r\nc\rd", 4},
                                                         {"a\n\n\nb\n", 2},
                                                         {"\n\na\n", 1},
                                                         {"a\r\n\r\nb", 2},
                                                         {"a\r\rb", 2},
                                                         {"a\n\r\nb\n\n", 2},
                                                         {" \n", 1},
                                                         {",\n", 1},
                                                         {"\"\"\n", 1},
                                                         {"a\n\"\"\n", 2},
                                                         {"\"a\nb\"\n", 1},
                                                         {"\"a\r\nb\",c\nd", 2},
                                                         {"\"a\"\"\nb\"\nc", 2},
                                                         {"\"\"\"\"\n", 1},
                                                         {"\"a\n\"", 1},
                                                         {"x,\"a\n\",y\nz\n", 2}};
  for (const auto& [text, count] : cases) EXPECT_EQ(rows(text), count) << text;
}

TEST(CsvScanner, AnotherDelimiterPartsFields) {
  const ScanSummary summary = scan("a;\"b;\nc\"\n1;2\n", {.delimiter = ';'});
  EXPECT_EQ(summary.header, (std::vector<std::string>{"a", "b;\nc"}));
  EXPECT_EQ(summary.delimiter, ';');
  EXPECT_EQ(summary.rows, 1U);
  // A quote after a comma is text there, and opens nothing.
  EXPECT_EQ(scan("a,\"b\nc\n", {.header = Header::absent, .delimiter = ';'}).rows, 2U);
}

TEST(CsvScanner, AHeaderIsRefusedOrMended) {
  for (const char* text : {"a,,b\n1,2,3\n", "a,b,A\n1,2,3\n"}) EXPECT_THROW(scan(text), base::Error) << text;
  const ScanOptions mending{.header_names = HeaderNames::mended};
  using Names = std::vector<std::string>;
  EXPECT_EQ(scan("a,,A,a_1,\n1,2,3,4,5\n", mending).header, (Names{"a", "Unnamed: 1", "A_2", "a_1", "Unnamed: 4"}));
  EXPECT_EQ(scan("a,b\n1,2\n", mending).header, (Names{"a", "b"}));
  EXPECT_EQ(scan("_row,_ROW,_row_1\n1,2,3\n", mending).header, (Names{"_row_1", "_ROW_1_1", "_row_1_2"}));
}

TEST(CsvScanner, QuotesInsideUnquotedFieldsAreText) {
  EXPECT_EQ(rows("5\" pipe,a\nb,c\n"), 2U);
  EXPECT_EQ(rows("a\"\"b\nc\n"), 2U);
  EXPECT_EQ(rows("a, \"b\nc\n"), 2U);
  // Text after a closing quote: one bad row, no further damage.
  EXPECT_EQ(rows("\"a\"b\nc\n"), 2U);
  EXPECT_EQ(rows("\"a\"b\"c\nd\n"), 2U);
  EXPECT_EQ(rows("\"a\" \"b\nc\n"), 2U);
}

TEST(CsvScanner, EveryChunkSizeGivesTheSame) {
  std::string text =
      "\xef\xbb\xbfid,\"na\"\"me\",\"x\ny\"\r\n1,\"é\r\n\",€\r\n\r\n2,\"\",😀\r\n3,\"a\"\"\",b\n4,\"a,\",b\r";
  ScanSummary whole = scan(text);
  EXPECT_EQ(whole.header, (std::vector<std::string>{"id", "na\"me", "x\ny"}));
  EXPECT_EQ(whole.rows, 4U);
  for (std::size_t chunk = 1; chunk < text.size(); ++chunk) {
    ScanSummary parts = scan(text, {}, chunk);
    EXPECT_EQ(parts.rows, whole.rows) << chunk;
    EXPECT_EQ(parts.header, whole.header) << chunk;
    EXPECT_EQ(parts.data_begin, whole.data_begin) << chunk;
    EXPECT_EQ(parts.bytes, text.size()) << chunk;
    ASSERT_EQ(parts.blocks.size(), 1U);
    EXPECT_EQ(parts.blocks[0].offset + parts.blocks[0].length, text.size()) << chunk;
  }
}

TEST(CsvScanner, SkipsTheByteOrderMark) {
  EXPECT_EQ(scan("\xef\xbb\xbf"
                 "a,b\n1,2\n")
                .header,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(scan("\xef\xbb\xbf"
                 "1,2\n",
                 without_header())
                .data_begin,
            3U);
  EXPECT_EQ(scan("\xef\xbb\xbf\"a\"\n1\n").header, (std::vector<std::string>{"a"}));
  EXPECT_EQ(scan("a\n", without_header(), 1).rows, 1U);
}

TEST(CsvScanner, HeaderPresentAbsentOrByNames) {
  ScanSummary present = scan("a,b\n1,2\n3,4\n");
  EXPECT_TRUE(present.has_header);
  EXPECT_EQ(present.rows, 2U);
  EXPECT_EQ(present.data_begin, 4U);
  EXPECT_EQ(present.field_count, 2U);

  ScanSummary absent = scan("a,b\n1,2\n", without_header());
  EXPECT_FALSE(absent.has_header);
  EXPECT_EQ(absent.rows, 2U);
  EXPECT_EQ(absent.field_count, 2U);

  ScanOptions names{.header = Header::by_names, .column_names = {"id", "name"}};
  EXPECT_TRUE(scan("id,name\n1,x\n", names).has_header);
  EXPECT_TRUE(scan("ID,\"Name\"\r\n1,x\n", names).has_header);
  for (const char* text : {"1,x\n", "id\n", "id,name,more\n", "name,id\n", "id, name\n"}) {
    ScanSummary data = scan(text, names);
    EXPECT_FALSE(data.has_header) << text;
    EXPECT_EQ(data.rows, 1U) << text;
    EXPECT_EQ(data.data_begin, 0U) << text;
  }
}

TEST(CsvScanner, AHeaderAloneIsNoRow) {
  ScanSummary summary = scan("a,b\r\n");
  EXPECT_EQ(summary.rows, 0U);
  EXPECT_TRUE(summary.blocks.empty());
  EXPECT_EQ(summary.data_begin, 5U);
  EXPECT_EQ(scan("a,b").rows, 0U);
}

TEST(CsvScanner, RefusesBadHeaders) {
  for (const char* text : {"a,a\n1,2\n", "a,A\n1,2\n", "a,\n1,2\n", ",a\n1,2\n", "a,\"\"\n1,2\n", "\"a\"x,b\n1,2\n"}) {
    EXPECT_EQ(error_of([&] { scan(text); }).kind(), base::ErrorKind::invalid_argument) << text;
  }
  EXPECT_NE(error_of([] { scan("id,name,ID\n"); }).message().find("\"ID\""), std::string::npos);
}

TEST(CsvScanner, RefusesEmptyBodies) {
  for (const char* text : {"", "\n", "\r\n\r\n", "\xef\xbb\xbf", "\xef\xbb\xbf\n"}) {
    EXPECT_EQ(error_of([&] { scan(text); }).kind(), base::ErrorKind::invalid_argument) << text;
    EXPECT_EQ(error_of([&] { scan(text, without_header(), 1); }).kind(), base::ErrorKind::invalid_argument) << text;
  }
}

// Faults are found at the same place whatever the chunks.
void expect_fault(std::string_view text, const Place& place, std::string_view message) {
  for (std::size_t chunk : {1UL, 2UL, 3UL, 7UL, 64UL, 1UL << 20}) {
    base::Error error = error_of([&] { scan(text, {}, chunk); });
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    EXPECT_EQ(place_of(error), place) << text << " in chunks of " << chunk << ": " << error.message();
    EXPECT_NE(error.message().find(message), std::string::npos) << error.message();
  }
}

TEST(CsvScanner, SaysWhereANulIs) {
  expect_fault(std::string_view("a,b\r\n1,\0\n", 9), {2, 3, 7}, "NUL");
  expect_fault(std::string_view("\0", 1), {1, 1, 0}, "NUL");
  expect_fault(std::string_view("a\n\"x\ny\0\"", 8), {3, 2, 6}, "NUL");
  std::string far = "a\n" + std::string(200, 'x') + "\n";
  far.push_back('\0');
  expect_fault(far, {3, 1, 203}, "NUL");
}

TEST(CsvScanner, SaysWhereUtf8Breaks) {
  expect_fault("a\nx\xff\n", {2, 2, 3}, "UTF-8");
  expect_fault("a\n\xc3\xa9\xc3\n", {2, 3, 4}, "UTF-8");
  expect_fault("a\n\xc3\xa9\xe2\x82", {2, 3, 4}, "UTF-8");
  expect_fault("a\n\xe2\x82", {2, 1, 2}, "UTF-8");
  expect_fault("a\n\xed\xa0\x80\n", {2, 1, 2}, "UTF-8");  // a surrogate
  expect_fault("a\n\xc0\xaf\n", {2, 1, 2}, "UTF-8");      // overlong
  expect_fault("a\n\xf4\x90\x80\x80\n", {2, 1, 2}, "UTF-8");
  expect_fault("a\n\x80\n", {2, 1, 2}, "UTF-8");
  expect_fault(std::string(100, 'a') + "\n" + std::string(100, 'b') + "\xf0\x9f\x98", {2, 101, 201}, "UTF-8");
}

TEST(CsvScanner, SaysWhereAnOpenQuoteBegan) {
  expect_fault("a,b\n1,\"x\n2,y\n", {2, 3, 6}, "not closed");
  expect_fault("\"", {1, 1, 0}, "not closed");
  expect_fault("a\n\"x\"\"", {2, 1, 2}, "not closed");
  expect_fault("a,b\r\n\"ok\",1\r\n\"ok\",\"" + std::string(500, '\n'), {3, 6, 18}, "not closed");
}

TEST(CsvScanner, LimitsTheLengthOfARecord) {
  for (std::size_t chunk : {1UL, 5UL, 63UL, 64UL, 100UL, 1UL << 20}) {
    ScanOptions options{.header = Header::absent, .max_record_bytes = 100};
    std::string at_limit(100, 'x');
    EXPECT_EQ(scan("a\n" + at_limit + "\r\n" + at_limit, options, chunk).rows, 3U);
    EXPECT_EQ(scan("a\n\"" + std::string(98, '\n') + "\"\nb", options, chunk).rows, 3U);
    for (const std::string& text :
         {"a\r\n" + at_limit + "x\nb\n", "a\r\n" + at_limit + "x", "a\r\n\"" + std::string(200, '\n'),
          "a\r\n" + at_limit + at_limit + at_limit + "\n"}) {
      base::Error error = error_of([&] { scan(text, options, chunk); });
      EXPECT_EQ(place_of(error), (Place{2, 1, 3})) << chunk << error.message();
      EXPECT_NE(error.message().find("100 bytes"), std::string::npos) << error.message();
    }
  }
}

TEST(CsvScanner, ARecordThatNeverEndsIsStoppedEarly) {
  auto scanner = make_scanner({.header = Header::absent, .max_record_bytes = 1 << 20});
  std::string chunk(64 << 10, 'x');
  std::size_t fed = 0;
  error_of([&] {
    for (; fed < 1000; ++fed) scanner->feed(chunk);
  });
  EXPECT_EQ(fed, 16U);
}

TEST(CsvScanner, LimitsTheNumberOfColumns) {
  auto wide = [](std::size_t fields) {
    std::string text;
    for (std::size_t i = 0; i < fields; ++i) text += (i == 0 ? "c" : ",c") + std::to_string(i);
    return text + "\n";
  };
  EXPECT_EQ(scan(wide(5000)).field_count, 5000U);
  EXPECT_EQ(scan(wide(5000), without_header()).rows, 1U);
  for (ScanOptions options : {ScanOptions{}, without_header()}) {
    base::Error error = error_of([&] { scan("\n" + wide(5001), options, 1000); });
    EXPECT_EQ(place_of(error), (Place{2, 1, 1}));
    EXPECT_NE(error.message().find("5001"), std::string::npos) << error.message();
  }
  error_of([&] { scan(std::string(1000000, ',') + "\n"); });
  // Quoted commas part nothing.
  EXPECT_EQ(scan("\"" + std::string(6000, ',') + "\",b\n").field_count, 2U);
}

TEST(CsvScanner, BlocksHoldAllRowsAndBeginAtRecords) {
  std::string text = "id,text\n";
  std::vector<std::uint64_t> begins;
  for (int i = 1; i <= 500; ++i) {
    begins.push_back(text.size());
    text += std::to_string(i) + (i % 7 == 0 ? ",\"quo\nted\"\r\n" : i % 11 == 0 ? ",plain\n\n" : ",plain\n");
  }
  for (std::size_t chunk : {1UL, 10UL, 64UL, 1000UL, 1UL << 20}) {
    ScanSummary summary = scan(text, {.block_bytes = 300}, chunk);
    EXPECT_GT(summary.blocks.size(), 10U);
    EXPECT_EQ(summary.rows, 500U);
    std::uint64_t next_row = 1;
    std::uint64_t end = summary.data_begin;
    for (const Block& block : summary.blocks) {
      EXPECT_EQ(block.first_row, next_row);
      EXPECT_GE(block.offset, end);
      // Only line ends lie between blocks and before the block's first record.
      std::string_view gap = std::string_view(text).substr(end, begins[block.first_row - 1] - end);
      EXPECT_EQ(gap.find_first_not_of("\r\n"), std::string_view::npos) << gap;
      EXPECT_LE(block.offset, begins[block.first_row - 1]);
      end = block.offset + block.length;
      while (next_row <= 500 && begins[next_row - 1] < end) ++next_row;
    }
    EXPECT_EQ(next_row, 501U);
  }
}

TEST(CsvScanner, WhatItSaysOfClosedBlocksStaysTrue) {
  std::string text = "id,text\n";
  for (int i = 1; i <= 500; ++i) text += std::to_string(i) + (i % 7 == 0 ? ",\"quo\n\"\"ted\"\r\n" : ",plain\n");
  ScanSummary whole = scan(text, {.block_bytes = 300});
  for (std::size_t stop : {0UL, 7UL, 100UL, 307UL, 320UL, 2000UL, text.size()}) {
    auto scanner = make_scanner({.block_bytes = 300});
    scanner->feed(std::string_view(text).substr(0, stop));
    ScanSummary early = scanner->so_far();
    ASSERT_LE(early.blocks.size(), whole.blocks.size());
    EXPECT_EQ(early.blocks.empty(), stop < 320);
    for (std::size_t i = 0; i < early.blocks.size(); ++i) {
      EXPECT_EQ(early.blocks[i].offset, whole.blocks[i].offset);
      EXPECT_EQ(early.blocks[i].length, whole.blocks[i].length);
      EXPECT_EQ(early.blocks[i].first_row, whole.blocks[i].first_row);
      EXPECT_EQ(early.header, whole.header);
      EXPECT_EQ(early.data_begin, whole.data_begin);
    }
    if (early.blocks.empty()) continue;
    EXPECT_EQ(early.bytes, early.blocks.back().offset + early.blocks.back().length);
    EXPECT_LE(early.bytes, stop);
    bool more = early.blocks.size() < whole.blocks.size();
    EXPECT_EQ(early.rows, (more ? whole.blocks[early.blocks.size()].first_row : whole.rows + 1) - 1);
  }
}

TEST(CsvScanner, TellsRowsWhileFeeding) {
  auto scanner = make_scanner({});
  scanner->feed("a\n1\n2\n");
  EXPECT_EQ(scanner->rows(), 2U);
  scanner->feed("3");
  EXPECT_EQ(scanner->rows(), 2U);
  EXPECT_EQ(scanner->finish().rows, 3U);
}

}  // namespace
}  // namespace boathouse::batch
