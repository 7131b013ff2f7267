// SPDX-License-Identifier: Apache-2.0
// Which files hold a version's rows, and which deletes apply to each. Any thread.
#pragma once

#include <optional>
#include <vector>

#include "iceberg/cache.h"

namespace boathouse::iceberg {

// `column op literal`. A row passes when the comparison is true; null never passes a comparison.
struct Condition {
  enum class Op { equal, not_equal, less, less_equal, greater, greater_equal, in, is_null, not_null };
  int field_id = 0;
  Op op = Op::equal;
  std::vector<Value> literals;  // one, any number for `in`, none for the null tests
};
// All of them hold. Empty: everything.
using Predicate = std::vector<Condition>;

// Shares the parsed manifest that it came from.
using EntryPtr = std::shared_ptr<const ManifestEntry>;

struct ScanFile {
  EntryPtr data;
  std::vector<EntryPtr> deletes;  // position deletes, by ascending sequence number
};

struct Scan {
  SnapshotPtr snapshot;  // nullptr: the table has none, and no files
  Schema schema;         // the snapshot's own
  std::vector<ScanFile> files;
};

// The files of a snapshot that may hold rows passing `predicate` (never too few; a condition on a column that the files
// know nothing about prunes nothing), in the order in which their rows came: by data sequence number, and those of one commit
// as it added them. A delete file applies to a data file of the same spec and partition whose sequence number is not above its
// own and that was there when it was written, and, where its bounds name one data file, to that one only.
// Error{unprocessable} when the snapshot has equality deletes, which nobody here can apply.
Scan plan_scan(MetadataCache& cache, const MetadataPtr& metadata, const SnapshotPtr& snapshot,
               const Predicate& predicate = {});

}  // namespace boathouse::iceberg
