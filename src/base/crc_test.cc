// SPDX-License-Identifier: Apache-2.0
#include "base/crc.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/encoding.h"

namespace boathouse::base {
namespace {

constexpr std::string_view kCheck = "123456789";

// The check values of the catalogue of CRC algorithms.
TEST(Crc, KnowsItsCheckValues) {
  EXPECT_EQ(crc_of(CrcKind::crc32, kCheck), 0xCBF43926U);
  EXPECT_EQ(crc_of(CrcKind::crc32c, kCheck), 0xE3069283U);
  EXPECT_EQ(crc_of(CrcKind::crc64nvme, kCheck), 0xAE8B14860A799888U);
  EXPECT_EQ(to_hex(crc_bytes(CrcKind::crc32, 0xCBF43926U)), "cbf43926");
  EXPECT_EQ(crc_from_bytes(crc_bytes(CrcKind::crc64nvme, 0xAE8B14860A799888U)), 0xAE8B14860A799888U);
}

TEST(Crc, PiecesAndJoinsGiveTheWhole) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
  for (CrcKind kind : {CrcKind::crc32, CrcKind::crc32c, CrcKind::crc64nvme}) {
    const std::uint64_t whole = crc_of(kind, text);
    for (std::size_t cut : {0UL, 1UL, 7UL, 8UL, 500UL, 999UL, 1000UL}) {
      std::string_view first = std::string_view(text).substr(0, cut);
      std::string_view second = std::string_view(text).substr(cut);
      EXPECT_EQ(crc_of(kind, second, crc_of(kind, first)), whole);
      EXPECT_EQ(crc_joined(kind, crc_of(kind, first), crc_of(kind, second), second.size()), whole);
    }
  }
}

TEST(Digest, KnowsTheThree) {
  auto hex_of = [](Digest::Kind kind) {
    Digest digest(kind);
    digest.update("a");
    digest.update("bc");
    return to_hex(digest.finish());
  };
  EXPECT_EQ(hex_of(Digest::Kind::md5), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_of(Digest::Kind::sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of(Digest::Kind::sha256), to_hex(sha256("abc")));
}

}  // namespace
}  // namespace boathouse::base
