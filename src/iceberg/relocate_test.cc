// SPDX-License-Identifier: Apache-2.0
#include "iceberg/relocate.h"

#include "iceberg/gzip.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;

const Relocation kMove{.from = "file:///old/wh", .to = "file:///a/longer/new"};

std::string delete_manifest() {
  ManifestHeader header{.content = FileContent::position_deletes, .schema = people(), .spec = {}, .partition = {}};
  std::vector<ManifestEntry> entries(2);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].status = i == 0 ? EntryStatus::added : EntryStatus::deleted;
    entries[i].snapshot_id = 7;
    entries[i].sequence_number = 3;
    entries[i].file_sequence_number = 3;
    DataFile& file = entries[i].file;
    file.content = FileContent::position_deletes;
    file.path = "file:///old/wh/t/d" + std::to_string(i) + ".parquet";
    file.record_count = 5;
    file.file_size = 100;
    set_deleted_from(file, "file:///old/wh/t/a.parquet", "file:///old/wh/t/b.parquet");
  }
  return manifest_to_avro(header, entries);
}

TEST(Relocate, MovesWhatLiesInsideOnly) {
  EXPECT_EQ(kMove.moved("file:///old/wh/t/x"), "file:///a/longer/new/t/x");
  EXPECT_EQ(kMove.moved("file:///old/wh"), "file:///a/longer/new");
  EXPECT_EQ(kMove.moved("file:///old/wh2/x"), "file:///old/wh2/x");
  EXPECT_EQ(kMove.moved("s3://bucket/file:///old/wh/x"), "s3://bucket/file:///old/wh/x");
}

TEST(Relocate, ManifestsNameNewPlacesAndSizesAndKeepTheRest) {
  const std::string before = delete_manifest();
  EXPECT_EQ(avro_content(before), AvroContent::delete_manifest);
  EXPECT_EQ(position_deletes_of(before).size(), 2U);
  const std::string after = relocate_avro(before, kMove, {{"file:///old/wh/t/d0.parquet", 123}});
  ManifestFile listed;
  listed.content = FileContent::position_deletes;
  const Manifest old = manifest_from_avro(before, listed);
  const Manifest moved = manifest_from_avro(after, listed);
  ASSERT_EQ(moved.entries.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const DataFile& file = moved.entries[i].file;
    EXPECT_EQ(file.path, kMove.moved(old.entries[i].file.path));
    EXPECT_EQ(file.file_size, i == 0 ? 123 : 100);
    EXPECT_EQ(file.stats(kDeleteFilePathId)->lower_bound, "file:///a/longer/new/t/a.parquet");
    EXPECT_EQ(file.stats(kDeleteFilePathId)->upper_bound, "file:///a/longer/new/t/b.parquet");
    EXPECT_EQ(moved.entries[i].status, old.entries[i].status);
    EXPECT_EQ(moved.entries[i].sequence_number, old.entries[i].sequence_number);
    EXPECT_EQ(file.record_count, 5);
  }
  EXPECT_EQ(AvroFile(after).need_header("schema"), AvroFile(before).need_header("schema"));
}

TEST(Relocate, ListsNameNewManifestsAndTheirLengths) {
  std::vector<ManifestFile> files(2);
  files[0].path = "file:///old/wh/t/m0.avro";
  files[0].length = 10;
  files[0].partitions = {{.contains_null = true, .contains_nan = false, .lower_bound = "x", .upper_bound = "y"}};
  files[1].path = "file:///elsewhere/m1.avro";
  files[1].length = 20;
  const std::string before = manifest_list_to_avro({.snapshot_id = 7, .parent_id = 6, .sequence_number = 3}, files);
  EXPECT_EQ(avro_content(before), AvroContent::manifest_list);
  const auto moved = manifest_list_from_avro(relocate_avro(before, kMove, {{files[0].path, 11}}));
  files[0].path = "file:///a/longer/new/t/m0.avro";
  files[0].length = 11;
  EXPECT_EQ(moved, files);
}

TEST(Relocate, MetadataChangesItsLocationsAndNothingElse) {
  const std::string before = R"({"location":"file:///old/wh/t","snapshots":[{"snapshot-id":9223372036854775807,)"
                             R"("manifest-list":"file:///old/wh/t/s.avro","summary":{"note":"file:///old/wh/t"}}],)"
                             R"("metadata-log":[{"metadata-file":"file:///old/wh/t/0.json"}],"doc":"/old/wh"})";
  EXPECT_EQ(relocate_metadata(before, kMove),
            R"({"location":"file:///a/longer/new/t","snapshots":[{"snapshot-id":9223372036854775807,)"
            R"("manifest-list":"file:///a/longer/new/t/s.avro","summary":{"note":"file:///old/wh/t"}}],)"
            R"("metadata-log":[{"metadata-file":"file:///a/longer/new/t/0.json"}],"doc":"/old/wh"})");
}

TEST(Relocate, CompressedMetadataStaysCompressed) {
  std::string moved = relocate_metadata(gzip_file(R"({"location":"file:///old/wh/t"})"), kMove);
  EXPECT_TRUE(is_gzip(moved));
  EXPECT_EQ(gunzip(moved, 1000), R"({"location":"file:///a/longer/new/t"})");
}

TEST(Relocate, DamageIsTold) {
  std::string bytes = delete_manifest();
  EXPECT_TRUE(is_damaged([&] { relocate_avro(bytes.substr(0, bytes.size() - 20), kMove, {}); }));
  EXPECT_TRUE(is_damaged([] { avro_content("no Avro file at all"); }));
  EXPECT_TRUE(is_damaged([] { relocate_metadata("{", kMove); }));
}

}  // namespace
}  // namespace boathouse::iceberg
