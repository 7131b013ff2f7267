// SPDX-License-Identifier: Apache-2.0
#include "api/s3/chunk_reader.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace boathouse::api::s3 {
namespace {

// The bytes that come out, or the code of why none do; fed in pieces of that size.
std::string read(std::string_view sent, std::size_t piece, bool has_trailer = true) {
  ChunkReader reader(std::nullopt, has_trailer);
  std::string out;
  try {
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      reader.feed(sent.substr(at, piece), [&](std::string_view bytes) { out += bytes; });
    }
    reader.finish();
  } catch (const base::Error& error) {
    return std::string(error.code());
  }
  return out + "|" + std::string(reader.trailer().get("x-amz-checksum-crc32"));
}

TEST(ChunkReaderTest, PiecesMakeNoDifference) {
  const std::string sent = "3\r\nabc\r\nA\r\n0123456789\r\n0\r\nx-amz-checksum-crc32: AAAA\r\n\r\n";
  for (std::size_t piece : {1UL, 2UL, 3UL, 7UL, sent.size()}) EXPECT_EQ(read(sent, piece), "abc0123456789|AAAA");
  EXPECT_EQ(read("1;chunk-signature=ab\r\nx\r\n0;chunk-signature=cd\r\n\r\n", 5, false), "x|");
  EXPECT_EQ(read("0\r\n\r\n", 1, false), "|");
  const std::string with_more_breaks = "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAA\n\r\n\r\n";
  for (std::size_t piece : {1UL, 3UL, with_more_breaks.size()}) EXPECT_EQ(read(with_more_breaks, piece), "abc|AAAA");
}

TEST(ChunkReaderTest, WhatIsCutShortIsIncomplete) {
  const std::string sent = "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n";
  for (std::size_t end : {0UL, 1UL, 3UL, 5UL, 8UL, 10UL, 20UL}) {
    EXPECT_EQ(read(sent.substr(0, end), 4), "IncompleteBody") << end;
  }
  EXPECT_EQ(read(sent, 4), "abc|AAAA");  // some clients leave out the last line break
}

TEST(ChunkReaderTest, BrokenFramingIsRefused) {
  for (const char* sent :
       {"x\r\n", "-1\r\n", "3\r\nabcd\r\n0\r\n\r\n", "0\r\n\r\nmore", "11111111111111111\r\n", "\r\n"}) {
    EXPECT_EQ(read(sent, 3), "IncompleteBody") << sent;
  }
  EXPECT_EQ(read(std::string(5000, '0'), 100), "IncompleteBody");
  EXPECT_EQ(read("0\r\nno colon\r\n\r\n", 3), "MalformedTrailerError");
}

}  // namespace
}  // namespace boathouse::api::s3
