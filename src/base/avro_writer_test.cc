// SPDX-License-Identifier: Apache-2.0
#include "base/avro_writer.h"

#include <gmock/gmock.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/sha256.h"

namespace boathouse::base {
namespace {
using testing::ElementsAre;

TEST(AvroNames, AreThoseOfTheColumnsWhereAvroAllowsThem) {
  EXPECT_THAT(avro_names({"id", "_x", "Name9"}), ElementsAre("id", "_x", "Name9"));
  EXPECT_THAT(avro_names({"first name", "9th", "", "größe", "a.b", "😀"}),
              ElementsAre("first_x20name", "_9th", "_", "gr_xF6_xDFe", "a_x2Eb", "_x1F600"));
}

TEST(AvroNames, NeverCollide) {
  // The column that may keep its name keeps it, also where the other one comes first.
  EXPECT_THAT(avro_names({"a b", "a_x20b"}), ElementsAre("a_x20b_2", "a_x20b"));
  EXPECT_THAT(avro_names({"9", "_9", "_9_2"}), ElementsAre("_9_3", "_9", "_9_2"));
}

TEST(AvroFileWriter, GivesTheSameFileInPiecesAndAtOnce) {
  AvroFileWriter writer(R"("long")", {}, AvroCodec::deflate);
  std::string bytes = writer.take();
  EXPECT_EQ(bytes.substr(0, 4), kAvroMagic);
  std::size_t largest = 0;
  // Each record takes ten bytes, so that a block is full after some hundred thousand.
  for (int i = 0; i < 300'000; ++i) {
    writer.encoder().varint(std::numeric_limits<std::int64_t>::min());
    writer.end_record();
    const std::string piece = writer.take();
    largest = std::max(largest, piece.size());
    bytes += piece;
  }
  EXPECT_GT(largest, 0U);
  const std::string end = writer.finish();
  EXPECT_GT(end.size(), kAvroSyncSize);
  // Every block ends in the marker that the header ends in.
  EXPECT_EQ((bytes + end).substr(bytes.size() + end.size() - kAvroSyncSize),
            bytes.substr(bytes.size() - kAvroSyncSize));
  EXPECT_EQ(writer.take(), "");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256 hash;
  hash.update("ab");
  hash.update("");
  hash.update("c");
  EXPECT_EQ(to_hex(hash.finish()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  TemporaryFolder folder(std::filesystem::temp_directory_path());
  const std::string bytes(3'000'000, 'x');
  write_all(create_file(folder.path() / "f").get(), bytes);
  std::size_t seen = 0;
  EXPECT_EQ(sha256_of_file(folder.path() / "f", [&](std::size_t count) { seen += count; }), sha256(bytes));
  EXPECT_EQ(seen, bytes.size());
}

}  // namespace
}  // namespace boathouse::base
