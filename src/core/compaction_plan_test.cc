// SPDX-License-Identifier: Apache-2.0
#include "core/compaction_plan.h"

#include <gtest/gtest.h>

namespace boathouse::core {
namespace {

using iceberg::EntryPtr;
using iceberg::ManifestEntry;

constexpr std::int64_t kMiB = 1 << 20;

EntryPtr data(const std::string& name, std::int64_t bytes, std::int64_t rows = 1000, std::int64_t sequence = 1,
              iceberg::PartitionTuple partition = {}) {
  ManifestEntry entry;
  entry.sequence_number = entry.file_sequence_number = sequence;
  entry.file.path = name;
  entry.file.file_size = bytes;
  entry.file.record_count = rows;
  entry.file.partition = std::move(partition);
  return std::make_shared<const ManifestEntry>(entry);
}

EntryPtr deletes(const std::string& name, std::int64_t rows, const std::string& first, const std::string& last,
                 std::int64_t sequence = 2) {
  ManifestEntry entry = *data(name, 1000, rows, sequence);
  entry.file.content = iceberg::FileContent::position_deletes;
  iceberg::set_deleted_from(entry.file, first, last);
  return std::make_shared<const ManifestEntry>(entry);
}

iceberg::Scan scan_of(std::vector<iceberg::ScanFile> files) { return {nullptr, {}, std::move(files)}; }

iceberg::Scan small_files(std::size_t count, std::int64_t bytes = 20'000) {
  std::vector<iceberg::ScanFile> files;
  for (std::size_t i = 0; i < count; ++i) {
    files.push_back({data("f" + std::to_string(i), bytes, 1000, static_cast<std::int64_t>(i + 1)), {}});
  }
  return scan_of(std::move(files));
}

TEST(CompactionPlan, SixteenFilesOfOneSizeBecomeOne) {
  EXPECT_TRUE(plan_compaction({}, {}).empty());
  EXPECT_TRUE(plan_compaction(small_files(kFilesOfOneSize - 1), {}).empty());
  auto groups = plan_compaction(small_files(kFilesOfOneSize), {});
  ASSERT_EQ(groups.size(), 1U);
  ASSERT_EQ(groups[0].files().size(), kFilesOfOneSize);
  EXPECT_EQ(groups[0].stretches.size(), 1U);
  EXPECT_EQ(groups[0].files().front()->path, "f0") << "oldest first";
  EXPECT_EQ(groups[0].bytes, 16 * 20'000);
}

TEST(CompactionPlan, FilesOfOtherSizesAreLeftAlone) {
  std::vector<iceberg::ScanFile> files;
  for (int i = 0; i < 14; ++i) files.push_back({data("g" + std::to_string(i), kMiB), {}});
  files.push_back({data("large", 500 * kMiB), {}});
  for (const iceberg::ScanFile& file : small_files(kFilesOfOneSize).files) files.push_back(file);
  auto groups = plan_compaction(scan_of(files), {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].files().size(), kFilesOfOneSize);
  EXPECT_EQ(groups[0].files().front()->path, "f0");
  EXPECT_TRUE(plan_compaction(small_files(100, 32 * kMiB), {}).empty()) << "large enough";
}

TEST(CompactionPlan, OnlyNeighboursAreMerged) {
  // Thirty small files with a large one in the middle: fifteen on either side.
  iceberg::Scan scan = small_files(30);
  scan.files.insert(scan.files.begin() + 15, {data("large", 100 * kMiB), {}});
  EXPECT_TRUE(plan_compaction(scan, {}).empty());
  scan.files.push_back({data("last", 20'000), {}});
  auto groups = plan_compaction(scan, {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].files().front()->path, "f15");
  EXPECT_EQ(groups[0].files().back()->path, "last");
}

TEST(CompactionPlan, SmallerFilesAmongLargerOnesAreMergedWithThem) {
  std::vector<iceberg::ScanFile> files;
  for (int i = 0; i < 8; ++i) {
    files.push_back({data("a" + std::to_string(i), 5000), {}});
    files.push_back({data("b" + std::to_string(i), 100'000), {}});
  }
  auto groups = plan_compaction(scan_of(files), {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].files().size(), 16U);
}

TEST(CompactionPlan, AFileIsNotRewrittenForLittleMore) {
  // Fifteen small files do not make a large one twice as large.
  iceberg::Scan scan = small_files(15);
  scan.files.insert(scan.files.begin(), {data("older", 15 * 20'000 + 1), {}});
  EXPECT_TRUE(plan_compaction(scan, {}).empty());
  scan.files.front() = {data("older", 15 * 20'000), {}};
  EXPECT_EQ(plan_compaction(scan, {}).size(), 1U);
}

TEST(CompactionPlan, RowsReadBetweenOthersStayBetweenThem) {
  // Of 32 files of the numbers 1 to 32, rows of elsewhere are read after the sixteenth.
  auto groups = plan_compaction(small_files(31), {}, {.between = {16}});
  ASSERT_EQ(groups.size(), 1U) << "a file of the same number is not in between";
  EXPECT_EQ(groups[0].files().size(), 31U);
  iceberg::Scan scan = small_files(31);
  for (std::size_t i = 15; i < 31; ++i) {
    scan.files[i] = {data("f" + std::to_string(i), 20'000, 1000, static_cast<std::int64_t>(i + 2)), {}};
  }
  groups = plan_compaction(scan, {}, {.between = {16}});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].files().size(), 16U);
  EXPECT_EQ(groups[0].files().front()->path, "f15");
}

TEST(CompactionPlan, VeryManyFilesAreMergedWhateverIsBetween) {
  auto apart = [](std::size_t count) {
    std::vector<iceberg::ScanFile> files;
    CompactionScruples scruples;
    for (std::size_t i = 0; i < count; ++i) {
      files.push_back({data("f" + std::to_string(i), 20'000, 1000, static_cast<std::int64_t>(2 * i)), {}});
      scruples.between.insert(static_cast<std::int64_t>(2 * i + 1));
    }
    return plan_compaction(scan_of(files), {}, scruples).size();
  };
  EXPECT_EQ(apart(kMostApart), 0U);
  EXPECT_EQ(apart(kMostApart + 1), 1U);
}

TEST(CompactionPlan, PartitionsAndSpecsAreNeverMixed) {
  std::vector<iceberg::ScanFile> files;
  for (int i = 0; i < 30; ++i)
    files.push_back({data("f" + std::to_string(i), 1000, 10, 1, {iceberg::Value(i % 2)}), {}});
  EXPECT_TRUE(plan_compaction(scan_of(files), {}).empty());
  for (int i = 30; i < 32; ++i)
    files.push_back({data("f" + std::to_string(i), 1000, 10, 1, {iceberg::Value(i % 2)}), {}});
  auto groups = plan_compaction(scan_of(files), {});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_NE(groups[0].partition, groups[1].partition);
}

TEST(CompactionPlan, OnePlanIsBounded) {
  CompactionLimits limits{.target_bytes = 16 * kMiB, .most_bytes = 40 * kMiB};
  iceberg::Scan scan = small_files(200, kMiB);
  std::int64_t bytes = 0;
  auto groups = plan_compaction(scan, limits);
  for (const CompactionGroup& group : groups) {
    EXPECT_LE(group.bytes, 16 * kMiB);
    bytes += group.bytes;
  }
  EXPECT_GT(groups.size(), 2U);
  EXPECT_LE(bytes, 40 * kMiB);
}

TEST(CompactionPlan, WhatVersionsStillNeedIsNotAllWrittenTwice) {
  // 30 files of 2 MiB: more than always allowed, and more than a third of the table.
  auto groups = plan_compaction(small_files(30, 2 * kMiB), {});
  std::int64_t bytes = 0;
  for (const CompactionGroup& group : groups) bytes += group.bytes;
  EXPECT_LE(bytes, 20 * kMiB);
}

TEST(CompactionPlan, FilesWithManyDeletesAreRewritten) {
  EntryPtr file = data("a", 50 * kMiB);
  EntryPtr other = data("b", 50 * kMiB);
  EXPECT_TRUE(plan_compaction(scan_of({{file, {deletes("d", 99, "a", "a")}}, {other, {}}}), {}).empty());
  auto groups = plan_compaction(scan_of({{file, {deletes("d", 100, "a", "a")}}, {other, {}}}), {});
  ASSERT_EQ(groups.size(), 1U);
  ASSERT_EQ(groups[0].files().size(), 1U);
  EXPECT_EQ(groups[0].stretches[0][0].data, file);
  EXPECT_EQ(groups[0].obsolete.size(), 1U);
  EXPECT_TRUE(groups[0].deletes.empty());
}

TEST(CompactionPlan, FilesThatManyDeleteFromAreRewritten) {
  iceberg::ScanFile file{data("a", 50 * kMiB), {}};
  for (std::size_t i = 0; i < kMostDeletesOfFile; ++i) {
    file.deletes.push_back(deletes("d" + std::to_string(i), 1, "a", "a"));
  }
  EXPECT_TRUE(plan_compaction(scan_of({file}), {}).empty());
  file.deletes.push_back(deletes("dd", 1, "a", "a"));
  auto groups = plan_compaction(scan_of({file}), {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].obsolete.size(), kMostDeletesOfFile + 1);
}

TEST(CompactionPlan, FilesWithDeletesAreRewrittenWhereTheyAre) {
  // One delete file concerns all three, of which the one in the middle has too few rows less to be worth it.
  EntryPtr shared = deletes("shared", 200, "a", "c");
  EntryPtr middle = data("b", kMiB, 1'000'000);
  auto groups = plan_compaction(scan_of({{data("a", kMiB, 10), {shared, deletes("x", 9, "a", "a")}},
                                         {middle, {shared}},
                                         {data("c", kMiB, 10), {shared, deletes("y", 9, "c", "c")}}}),
                                {});
  ASSERT_EQ(groups.size(), 1U) << "one delete file, one group";
  ASSERT_EQ(groups[0].stretches.size(), 2U);
  EXPECT_EQ(groups[0].stretches[0].at(0).data->file.path, "a");
  EXPECT_EQ(groups[0].stretches[1].at(0).data->file.path, "c");
  EXPECT_EQ(groups[0].deletes, std::vector<EntryPtr>{shared});
}

TEST(CompactionPlan, DeletesThatConcernOthersTooStayForThem) {
  // Of two files that share a delete file only the one with many deletes is rewritten.
  EntryPtr shared = deletes("shared", 20, "a", "b");
  EntryPtr own = deletes("own", 90, "a", "a");
  auto groups = plan_compaction(scan_of({{data("a", kMiB * 50), {shared, own}}, {data("b", kMiB * 50), {shared}}}), {});
  ASSERT_EQ(groups.size(), 1U);
  ASSERT_EQ(groups[0].files().size(), 1U);
  EXPECT_EQ(groups[0].files()[0]->path, "a");
  EXPECT_EQ(groups[0].obsolete, std::vector<EntryPtr>{own});
  EXPECT_EQ(groups[0].deletes, std::vector<EntryPtr>{shared});
}

TEST(CompactionPlan, DeletesThatCameWithAFileSayNothingOfIt) {
  EntryPtr same_commit = deletes("d", 500, "a", "z", 7);
  EXPECT_TRUE(plan_compaction(scan_of({{data("m", 50 * kMiB, 1000, 7), {same_commit}}}), {}).empty());
}

TEST(CompactionPlan, ManyDeleteFilesBecomeOne) {
  iceberg::ScanFile a{data("a", 50 * kMiB, 1'000'000), {}};
  iceberg::ScanFile b{data("b", 50 * kMiB, 1'000'000), {}};
  for (std::size_t i = 0; i <= kMostDeleteFiles; ++i) {
    EXPECT_TRUE(plan_compaction(scan_of({a, b}), {}).empty()) << i;
    EntryPtr entry = deletes("d" + std::to_string(i), 1, "a", "b");
    a.deletes.push_back(entry);
    b.deletes.push_back(entry);
  }
  auto groups = plan_compaction(scan_of({a, b}), {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_TRUE(groups[0].stretches.empty());
  EXPECT_EQ(groups[0].deletes.size(), kMostDeleteFiles + 1);
}

TEST(CompactionPlan, NoDeleteFileIsInTwoGroups) {
  // Each delete file concerns both files, which are too large for one group.
  EntryPtr shared = deletes("shared", 900, "a", "b");
  CompactionLimits limits{.target_bytes = 60 * kMiB, .most_bytes = 600 * kMiB};
  auto groups = plan_compaction(scan_of({{data("a", 50 * kMiB), {shared}}, {data("b", 50 * kMiB), {shared}}}), limits);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].files().size(), 1U);
}

TEST(CompactionPlan, AGroupFitsOnlyWhatItWasPlannedFor) {
  EntryPtr file = data("a", 50 * kMiB);
  EntryPtr gone = deletes("d", 100, "a", "a");
  auto group = plan_compaction(scan_of({{file, {gone}}}), {}).at(0);
  EXPECT_TRUE(still_fits(group, scan_of({{file, {gone}}, {data("new", 1000), {}}})));
  EXPECT_FALSE(still_fits(group, scan_of({{data("new", 1000), {}}}))) << "the file is gone";
  EXPECT_FALSE(still_fits(group, scan_of({{file, {gone, deletes("e", 1, "a", "a")}}}))) << "more was deleted";
  EXPECT_FALSE(still_fits(group, scan_of({{file, {}}})));
  EXPECT_FALSE(still_fits(group, {}));
}

TEST(CompactionPlan, AGroupFitsOnlyWhileItsFilesAreNeighbours) {
  iceberg::Scan scan = small_files(16);
  auto group = plan_compaction(scan, {}).at(0);
  scan.files.push_back({data("new", 1000), {}});
  EXPECT_TRUE(still_fits(group, scan));
  scan.files.insert(scan.files.begin() + 3, {data("elsewhere", 1000, 10, 1, {iceberg::Value(7)}), {}});
  EXPECT_TRUE(still_fits(group, scan)) << "another partition";
  scan.files.insert(scan.files.begin() + 3, {data("restored", 1000), {}});
  EXPECT_FALSE(still_fits(group, scan));
}

}  // namespace
}  // namespace boathouse::core
