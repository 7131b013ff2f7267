// SPDX-License-Identifier: Apache-2.0
#include "iceberg/metadata_file.h"

#include "iceberg/metadata_json.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {

using testing::is_damaged;

SnapshotPtr snapshot(SnapshotId id) {
  const std::map<std::string, std::string> summary{{"boathouse.by", "ä\"user\""},
                                                   {"total-records", std::to_string(id)}};
  return std::make_shared<const Snapshot>(
      Snapshot::Parts{.id = id,
                      .parent_id = id > 1 ? std::optional(id - 1) : std::nullopt,
                      .sequence_number = id,
                      .timestamp_ms = 1'700'000'000'000 + id,
                      .manifest_list = "file:///warehouse/t/metadata/snap-" + std::to_string(id) + ".avro",
                      .schema_id = 0},
      Operation::append, summary);
}

TableMetadata table_with(SnapshotId versions) {
  TableMetadata metadata =
      create_table("file:///warehouse/t", testing::people(), {}, {}, base::uuid_v4(), 1'700'000'000'000);
  for (SnapshotId id = 1; id <= versions; ++id) {
    metadata.snapshots.push_back(snapshot(id));
    metadata.snapshot_log.push_back({metadata.snapshots.back()->timestamp_ms(), id});
    metadata.current_snapshot_id = id;
  }
  return metadata;
}

std::string text_of(const MetadataFile& file) { return gunzip(file.bytes, 1 << 30); }

TEST(Gzip, PiecesMakeOneFile) {
  GzipWriter writer;
  std::string expected;
  std::string large;
  for (std::uint64_t i = 0; large.size() < 3'000'000; ++i) large += std::to_string(i * 7919);
  for (const std::string& text :
       {std::string("a"), std::string(), large, std::string(100'000, 'x'), std::string("z")}) {
    writer.add(gzip_piece(text, 1));
    expected += text;
  }
  std::string bytes = writer.finish();
  EXPECT_TRUE(is_gzip(bytes));
  EXPECT_LT(bytes.size(), expected.size() / 2);
  EXPECT_EQ(gunzip(bytes, expected.size()), expected);
  EXPECT_TRUE(is_damaged([&] { gunzip(bytes, expected.size() - 1); }));
}

TEST(Gzip, DamageIsSeen) {
  GzipWriter writer;
  writer.add(gzip_piece(std::string(1000, 'q') + "end", 6));
  std::string bytes = writer.finish();
  for (std::size_t size : {std::size_t{0}, std::size_t{5}, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_TRUE(is_damaged([&] { gunzip(std::string_view(bytes).substr(0, size), 1 << 20); })) << size;
  }
  std::string altered = bytes;
  altered[altered.size() - 6] = static_cast<char>(altered[altered.size() - 6] ^ 1);
  EXPECT_TRUE(is_damaged([&] { gunzip(altered, 1 << 20); })) << "the check sum";
}

TEST(MetadataFile, IsPlainWhileItIsSmall) {
  TableMetadata metadata = table_with(10);
  MetadataFile file = encode_metadata(metadata);
  EXPECT_EQ(file.bytes, metadata_to_json(metadata));
  EXPECT_EQ(file.ending, ".metadata.json");
  EXPECT_EQ(file.compressed, nullptr);
  EXPECT_EQ(decode_metadata(file.bytes).snapshots.size(), 10U);
}

TEST(MetadataFile, IsCompressedOnceItIsLarge) {
  TableMetadata metadata = table_with(2000);
  MetadataFile file = encode_metadata(metadata);
  EXPECT_EQ(file.ending, ".gz.metadata.json");
  EXPECT_EQ(text_of(file), metadata_to_json(metadata));
  EXPECT_EQ(decode_metadata(file.bytes).snapshots.size(), 2000U);
}

// Whatever was kept from the files before, the text is that of a file written from nothing.
TEST(MetadataFile, TheNextFileTakesOverWhatStillFits) {
  TableMetadata metadata = table_with(300);
  auto write = [&] {
    MetadataFile file = encode_metadata(metadata, 0);
    metadata.compressed = file.compressed;
    EXPECT_EQ(text_of(file), metadata_to_json(metadata));
  };
  write();
  auto first_runs = metadata.compressed->snapshots;
  EXPECT_EQ(first_runs.size(), 300U / 64);
  auto append = [&] {
    SnapshotId id = *metadata.current_snapshot_id + 1;
    metadata.snapshots.push_back(snapshot(id));
    metadata.snapshot_log.push_back({metadata.snapshots.back()->timestamp_ms(), id});
    metadata.current_snapshot_id = id;
  };
  for (int i = 0; i < 70; ++i) {
    append();
    write();
  }
  EXPECT_EQ(metadata.compressed->snapshots.front(), first_runs.front()) << "not compressed again";

  // Versions expire at the beginning and in the middle.
  metadata.snapshots.erase(metadata.snapshots.begin(), metadata.snapshots.begin() + 70);
  metadata.snapshot_log.erase(metadata.snapshot_log.begin(), metadata.snapshot_log.begin() + 70);
  write();
  EXPECT_EQ(metadata.compressed->snapshots.at(1), first_runs.at(2)) << "runs beyond the cut stay";
  metadata.snapshots.erase(metadata.snapshots.begin() + 100);
  write();
  append();
  write();
  metadata.snapshots.clear();
  metadata.snapshot_log.clear();
  metadata.current_snapshot_id.reset();
  write();
}

TEST(MetadataFile, ATableGoesOnAcrossTheTwoForms) {
  store::MemoryStore memory{"file:///warehouse"};
  MetadataCache cache{memory, 64 << 20};
  testing::Table table(cache, testing::people());
  // A long summary brings the table past the limit with few versions.
  for (int i = 0; i < 30; ++i) {
    SnapshotChange change;
    change.added_data = {table.file("f" + std::to_string(i))};
    change.summary["note"] = std::string(20'000, static_cast<char>('a' + i % 26));
    table.commit(change);
    EXPECT_EQ(table.location().ends_with(".gz.metadata.json"), i >= 12) << i;
    MetadataCache fresh{memory, 64 << 20};
    EXPECT_EQ(metadata_to_json(*fresh.metadata(table.location())), metadata_to_json(*table));
  }
  EXPECT_EQ(table.names().size(), 30U);
}

}  // namespace
}  // namespace boathouse::iceberg
