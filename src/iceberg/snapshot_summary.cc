// SPDX-License-Identifier: Apache-2.0
// What a new snapshot says of itself.
#include <algorithm>

#include "iceberg/snapshot_builder.h"

namespace boathouse::iceberg {

void FileFigures::count(const DataFile& file) {
  bytes += file.file_size;
  if (file.content == FileContent::data) {
    ++data_files;
    records += file.record_count;
  } else {
    ++delete_files;
    (file.content == FileContent::position_deletes ? position_deletes : equality_deletes) += file.record_count;
  }
}

FileFigures FileFigures::operator+(const FileFigures& other) const {
  return {data_files + other.data_files,
          records + other.records,
          delete_files + other.delete_files,
          position_deletes + other.position_deletes,
          equality_deletes + other.equality_deletes,
          bytes + other.bytes};
}

Operation SnapshotBuilder::operation() const {
  if (change_.operation) return *change_.operation;
  bool removes = change_.replace_all || !change_.removed_files.empty() || !change_.added_deletes.empty();
  if (!change_.rewrites.empty() && !removes && change_.added_data.empty()) return Operation::replace;
  if (change_.restore || (removes && !change_.added_data.empty())) return Operation::overwrite;
  return removes ? Operation::delete_ : Operation::append;
}

SnapshotTotals SnapshotBuilder::new_totals(const SnapshotPtr& source) const {
  SnapshotTotals before = source != nullptr ? totals(*source) : SnapshotTotals{};
  SnapshotTotals after;
  // Counts come from the manifests, which always have them; sizes and equality deletes only the summaries have.
  for (const ManifestFile& file : manifests_) {
    bool data = file.content == FileContent::data;
    (data ? after.data_files : after.delete_files) += file.added_files + file.existing_files;
    (data ? after.records : after.position_deletes) += file.added_rows + file.existing_rows;
  }
  after.equality_deletes = std::max<std::int64_t>(0, before.equality_deletes - removed_.equality_deletes);
  after.position_deletes -= std::min(after.position_deletes, after.equality_deletes);
  after.bytes = std::max<std::int64_t>(0, before.bytes + added_.bytes - removed_.bytes);
  return after;
}

std::map<std::string, std::string> SnapshotBuilder::summary(const SnapshotPtr& source) const {
  std::map<std::string, std::string> summary = change_.summary;
  auto set = [&](const char* key, std::int64_t value) { summary[key] = std::to_string(value); };
  auto set_positive = [&](const char* key, std::int64_t value) {
    summary.erase(key);
    if (value > 0) set(key, value);
  };
  FileFigures plus = added_ + gained_;
  FileFigures minus = removed_ + lost_;
  set_positive("added-data-files", plus.data_files);
  set_positive("added-records", plus.records);
  set_positive("added-delete-files", plus.delete_files);
  set_positive("added-position-delete-files", plus.delete_files);
  set_positive("added-position-deletes", plus.position_deletes);
  set_positive("added-files-size", plus.bytes);
  set_positive("deleted-data-files", minus.data_files);
  set_positive("deleted-records", minus.records);
  set_positive("removed-delete-files", minus.delete_files);
  set_positive("removed-position-deletes", minus.position_deletes);
  set_positive("removed-equality-deletes", minus.equality_deletes);
  set_positive("removed-files-size", minus.bytes);
  set_positive("changed-partition-count", static_cast<std::int64_t>(changed_partitions_.size()));
  SnapshotTotals totals = new_totals(source);
  set_positive("total-equality-deletes", totals.equality_deletes);
  set("total-records", totals.records);
  set("total-data-files", totals.data_files);
  set("total-delete-files", totals.delete_files);
  set("total-position-deletes", totals.position_deletes);
  set("total-files-size", totals.bytes);
  summary.erase("operation");
  return summary;
}

}  // namespace boathouse::iceberg
