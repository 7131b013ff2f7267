// SPDX-License-Identifier: Apache-2.0
// What compaction should rewrite (docs/maintenance.md). Pure, any thread.
//
// Small data files are merged with their neighbours, so that rows keep the order in which they came: sixteen files next to
// each other that are at most of one size (a factor of four) become one, at least twice as large as any of them, so that a row
// is rewritten a few times over a table's life, however many uploads come. Data files with many deleted rows, or deleted from
// by many files, are rewritten without them. Delete files that have become many are merged.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "iceberg/scan.h"

namespace boathouse::core {

// Files next to each other, oldest first, to be rewritten as one.
using Stretch = std::vector<iceberg::ScanFile>;

// Within one partition of one spec.
struct CompactionGroup {
  int spec_id = 0;
  iceberg::PartitionTuple partition;
  std::vector<Stretch> stretches;           // may be none
  std::vector<iceberg::EntryPtr> obsolete;  // delete files that concern nothing but the stretches
  std::vector<iceberg::EntryPtr> deletes;   // delete files to be merged into one, less what concerns the stretches
  std::int64_t bytes = 0;                   // of all of these

  std::vector<const iceberg::DataFile*> files() const;  // of all stretches
};

struct CompactionLimits {
  std::int64_t target_bytes = 128 << 20;  // of a data file
  // With one commit: a group is at most as large as one file of the target size, unless a single larger file has deletes.
  std::int64_t most_bytes = 256 << 20;
};

inline constexpr std::size_t kFilesOfOneSize = 16;
inline constexpr std::size_t kMostDeleteFiles = 16;  // of a partition
inline constexpr std::size_t kMostDeletesOfFile = 10;
inline constexpr double kMostDeletedRows = 0.1;  // of a file's
// Versions that are kept go on needing the files from before, so one run rewrites no more small files of a partition than
// this, or this part of the table.
inline constexpr std::int64_t kAlwaysRewritten = 16 << 20;
inline constexpr std::int64_t kPartRewritten = 3;

// What compaction must not mix up.
struct CompactionScruples {
  // The data files that this version added stay as they are.
  std::optional<iceberg::SnapshotId> spared{};
  // Data sequence numbers of rows that are read between those of this branch: files before and after one are not merged,
  // unless a partition has more than kMostApart files.
  std::set<std::int64_t> between{};
};
inline constexpr std::size_t kMostApart = 100;

// Groups for one commit, of different files each; empty when there is nothing worth doing.
std::vector<CompactionGroup> plan_compaction(const iceberg::Scan& scan, const CompactionLimits& limits,
                                             const CompactionScruples& scruples = {});

// True when the group can be committed to a table as `now` scans it: its files are there with the same deletes, those of
// a stretch next to each other, and its delete files too.
bool still_fits(const CompactionGroup& group, const iceberg::Scan& now);

}  // namespace boathouse::core
