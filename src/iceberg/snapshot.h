// SPDX-License-Identifier: Apache-2.0
// A version of a table, and the names that point to versions. Values, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace boathouse::iceberg {

using base::SnapshotId;

enum class Operation { append, overwrite, replace, delete_ };
std::string_view to_string(Operation operation);
std::optional<Operation> parse_operation(std::string_view text);

// Immutable once made. Its JSON is kept with it, so that writing a table's metadata costs no more than copying it; the
// summary is read out of that JSON when asked for.
class Snapshot {
 public:
  struct Parts {
    SnapshotId id = 0;
    std::optional<SnapshotId> parent_id;
    std::int64_t sequence_number = 0;
    std::int64_t timestamp_ms = 0;
    std::string manifest_list;  // a location
    std::optional<int> schema_id;
  };

  Snapshot(Parts parts, Operation operation, const std::map<std::string, std::string>& summary);
  // `json` is the snapshot as it stands in the metadata, kept word for word.
  Snapshot(Parts parts, Operation operation, std::string json);

  SnapshotId id() const { return parts_.id; }
  std::optional<SnapshotId> parent_id() const { return parts_.parent_id; }
  std::int64_t sequence_number() const { return parts_.sequence_number; }
  std::int64_t timestamp_ms() const { return parts_.timestamp_ms; }
  const std::string& manifest_list() const { return parts_.manifest_list; }
  std::optional<int> schema_id() const { return parts_.schema_id; }
  Operation operation() const { return operation_; }
  const std::string& json() const { return json_; }

  // All of the summary but "operation".
  std::map<std::string, std::string> summary() const;

 private:
  Parts parts_;
  Operation operation_;
  std::string json_;
};

// The figures that every snapshot's summary carries; zero where it does not say.
struct SnapshotTotals {
  std::int64_t records = 0;  // rows in data files, before deletes
  std::int64_t position_deletes = 0;
  std::int64_t equality_deletes = 0;
  std::int64_t data_files = 0;
  std::int64_t delete_files = 0;
  std::int64_t bytes = 0;  // data and delete files
  // No position is deleted twice, so this is exact for tables that Boathouse wrote.
  std::int64_t rows() const { return records - position_deletes; }
};
SnapshotTotals totals(const Snapshot& snapshot);

struct SnapshotRef {
  enum class Kind { branch, tag };
  SnapshotId snapshot_id = 0;
  Kind kind = Kind::branch;
  std::optional<int> min_snapshots_to_keep;
  std::optional<std::int64_t> max_snapshot_age_ms;
  std::optional<std::int64_t> max_ref_age_ms;
  bool operator==(const SnapshotRef&) const = default;
};

inline constexpr std::string_view kMainBranch = "main";

}  // namespace boathouse::iceberg
