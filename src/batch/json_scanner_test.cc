// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "batch/test_support.h"

namespace boathouse::batch {
namespace {

const ScanOptions kJson{.format = Format::json};
const ScanOptions kNdjson{.format = Format::ndjson};

void expect_rows(const ScanOptions& options, std::string_view text, std::uint64_t rows) {
  for (std::size_t chunk : {1UL, 2UL, 3UL, 16UL, 1UL << 20}) {
    EXPECT_EQ(scan(text, options, chunk).rows, rows) << text << " in chunks of " << chunk;
  }
}

void expect_fault(const ScanOptions& options, std::string_view text, const Place& place, std::string_view message) {
  for (std::size_t chunk : {1UL, 2UL, 3UL, 16UL, 1UL << 20}) {
    base::Error error = error_of([&] { scan(text, options, chunk); });
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    EXPECT_EQ(place_of(error), place) << text << " in chunks of " << chunk << ": " << error.message();
    EXPECT_NE(error.message().find(message), std::string::npos) << text << ": " << error.message();
  }
}

TEST(JsonScanner, CountsObjects) {
  expect_rows(kJson, "{}", 1);
  expect_rows(kJson, " \r\n{\"a\":1}\n", 1);
  expect_rows(kJson, "[]", 0);
  expect_rows(kJson, " [ ] ", 0);
  expect_rows(kJson, "[{\"a\":1},{\"a\":2} ,\n {\"a\":\"]}\\\"[{\"}]", 3);
  expect_rows(kJson, "[{\"a\":{\"b\":[{},{}]}}]", 1);
  expect_rows(kJson, "\xef\xbb\xbf[{}]", 1);
}

TEST(JsonScanner, SaysWhereJsonIsBroken) {
  expect_fault(kJson, "{\"a\":1,}", {1, 8, 7}, "quotes");
  expect_fault(kJson, "[{\"a\":1},\n {\"a\" 1}]", {2, 7, 16}, "colon");
  expect_fault(kJson, "[{\"a\":1} {\"a\":1}]", {1, 10, 9}, "comma or ]");
  expect_fault(kJson, "[{\"a\":1},]", {1, 10, 9}, "an object is expected");
  expect_fault(kJson, "[{\"a\":1}", {1, 9, 8}, "] is expected");
  expect_fault(kJson, "[{\"a\":1},\n{\"a\":[1}", {2, 1, 10}, "not closed");
  expect_fault(kJson, "{\"a\":1}}", {1, 8, 7}, "has ended");
  expect_fault(kJson, "{\"a\":1}\n{\"a\":2}\n", {2, 1, 8}, "application/x-ndjson");
  expect_fault(kJson, "[{\"a\":[1}]}]", {1, 9, 8}, "comma or ]");
  expect_fault(kJson, "[{\"a\":\"x\n\"}]", {1, 9, 8}, "control");
  expect_fault(kJson, "{\"a\":\"x", {1, 1, 0}, "not closed");
  expect_fault(kJson, "[", {1, 2, 1}, "] is expected");
}

TEST(JsonScanner, RowsAreObjects) {
  expect_fault(kJson, "[1]", {1, 2, 1}, "an object is expected");
  expect_fault(kJson, "[{}, [1]]", {1, 6, 5}, "an object is expected");
  expect_fault(kJson, "[{},\nnull]", {2, 1, 5}, "an object is expected");
  expect_fault(kJson, "5", {1, 1, 0}, "array of objects");
  expect_fault(kJson, "\"x\"", {1, 1, 0}, "array of objects");
  expect_fault(kNdjson, "{}\n[1]\n", {2, 1, 3}, "an object is expected");
  expect_fault(kNdjson, "{}\n  5\n", {2, 3, 5}, "an object is expected");
}

TEST(JsonScanner, RefusesEmptyBodies) {
  for (const char* text : {"", " \n", "\xef\xbb\xbf", "\n\n"}) {
    EXPECT_EQ(error_of([&] { scan(text, kJson); }).kind(), base::ErrorKind::invalid_argument);
    EXPECT_EQ(error_of([&] { scan(text, kNdjson); }).kind(), base::ErrorKind::invalid_argument);
  }
}

TEST(NdjsonScanner, CountsLines) {
  expect_rows(kNdjson, "{\"a\":1}", 1);
  expect_rows(kNdjson, "{\"a\":1}\n{\"a\":2}\r\n\n \t \n{\"a\":3}\n", 3);
  expect_rows(kNdjson, "\xef\xbb\xbf{}\n{}", 2);
}

TEST(NdjsonScanner, SaysWhereJsonIsBroken) {
  expect_fault(kNdjson, "{\"a\":1}\n{\"a\":}\n", {2, 6, 13}, "value is expected");
  expect_fault(kNdjson, "{\"a\":1}\n\n{\"a\":1} {\"b\":2}\n", {3, 9, 17}, "has ended");
  expect_fault(kNdjson, "{\"a\":\n1}\n", {1, 6, 5}, "ends");
  expect_fault(kNdjson, "{\"a\":1}\n{\"a\":1", {2, 7, 14}, "ends inside an object");
}

TEST(JsonScanner, SharesTheGuardOfText) {
  expect_fault(kJson, std::string_view("[{\"a\":\"\0\"}]", 11), {1, 8, 7}, "NUL");
  expect_fault(kNdjson, "{}\n{\"a\":\"\xff\"}", {2, 7, 9}, "UTF-8");
}

TEST(JsonScanner, LimitsRecordsAndMembers) {
  ScanOptions json{.format = Format::json, .max_record_bytes = 100, .max_columns = 3};
  ScanOptions ndjson{.format = Format::ndjson, .max_record_bytes = 100, .max_columns = 3};
  std::string at_limit = "{\"a\":\"" + std::string(92, 'x') + "\"}";
  ASSERT_EQ(at_limit.size(), 100U);
  expect_rows(json, "[" + at_limit + "]", 1);
  expect_rows(ndjson, at_limit + "\n", 1);
  std::string past = "{\"a\":\"" + std::string(93, 'x') + "\"}";
  expect_fault(json, "[\n" + past + "]", {2, 1, 2}, "longer than 100 bytes");
  expect_fault(ndjson, "{}\n" + past + "\n", {2, 1, 3}, "longer than 100 bytes");
  expect_rows(json, "{\"a\":1,\"b\":2,\"c\":{\"d\":1,\"e\":2}}", 1);
  expect_fault(json, "[ {\"a\":1,\"b\":2,\"c\":3,\"d\":4}]", {1, 3, 2}, "more than 3 members");
  expect_fault(ndjson, "{}\n {\"a\":1,\"b\":2,\"c\":3,\"d\":4}", {2, 2, 4}, "more than 3 members");
}

TEST(JsonScanner, BlocksBeginAtObjects) {
  std::string array = "[\n";
  std::string lines;
  for (int i = 1; i <= 300; ++i) {
    std::string object = "{\"id\":" + std::to_string(i) + "}";
    array += (i == 1 ? "" : " ,\n") + object;
    lines += object + (i % 5 == 0 ? "\n\n" : "\n");
  }
  array += "]";
  for (const auto& [format, text] : {std::pair(Format::json, array), std::pair(Format::ndjson, lines)}) {
    for (std::size_t chunk : {7UL, 1UL << 20}) {
      ScanSummary summary = scan(text, {.format = format, .block_bytes = 200}, chunk);
      ASSERT_GT(summary.blocks.size(), 10U);
      std::uint64_t rows = 0;
      for (const Block& block : summary.blocks) {
        std::string_view part = std::string_view(text).substr(block.offset, block.length);
        EXPECT_TRUE(part.starts_with("{\"id\":" + std::to_string(block.first_row) + "}")) << part;
        EXPECT_TRUE(part.ends_with("}"));
        EXPECT_EQ(block.first_row, rows + 1);
        rows += static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '{'));
      }
      EXPECT_EQ(rows, 300U);
    }
  }
}

}  // namespace
}  // namespace boathouse::batch
