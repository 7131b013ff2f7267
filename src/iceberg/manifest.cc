// SPDX-License-Identifier: Apache-2.0
#include "iceberg/manifest.h"

#include <algorithm>

namespace boathouse::iceberg {
namespace {

auto place_of(const std::vector<ColumnStats>& columns, int field_id) {
  return std::lower_bound(columns.begin(), columns.end(), field_id,
                          [](const ColumnStats& column, int id) { return column.field_id < id; });
}

}  // namespace

const ColumnStats* DataFile::stats(int field_id) const {
  auto found = place_of(columns, field_id);
  return found != columns.end() && found->field_id == field_id ? &*found : nullptr;
}

std::optional<std::string> only_deleted_from(const DataFile& delete_file) {
  // Shortened bounds are never equal: the upper one is incremented.
  const ColumnStats* path = delete_file.stats(kDeleteFilePathId);
  bool one = path != nullptr && path->lower_bound && path->lower_bound == path->upper_bound;
  return one ? path->lower_bound : std::nullopt;
}

void set_deleted_from(DataFile& delete_file, const std::string& first_path, const std::string& last_path) {
  auto found = place_of(delete_file.columns, kDeleteFilePathId);
  auto at = delete_file.columns.begin() + (found - delete_file.columns.cbegin());
  if (at == delete_file.columns.end() || at->field_id != kDeleteFilePathId) {
    at = delete_file.columns.insert(at, ColumnStats{});
    at->field_id = kDeleteFilePathId;
  }
  at->lower_bound = first_path;
  at->upper_bound = last_path;
}

}  // namespace boathouse::iceberg
