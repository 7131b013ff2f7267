// SPDX-License-Identifier: Apache-2.0
// The rows of a frame as SQL: which versions of which branches, file by file in the order in which they were uploaded.
// Blocking (manifests are read); any thread.
#pragma once

#include <string>
#include <vector>

#include "core/frames.h"
#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {

// One version of a frame, the files of it that are wanted, and what it is beyond its table.
struct FrameVersion {
  iceberg::SnapshotPtr snapshot;  // nullptr: a frame without rows
  iceberg::Schema schema;
  FrameShape shape;
  std::vector<iceberg::ScanFile> files;
};

// Error{not_found} for a key or version that is not there, invalid_argument for texts that are none.
std::vector<FrameVersion> frame_versions(const Parts& parts, const TableState& table, const FrameRequested& wanted);

// A SELECT of all rows, with values as records have them and columns called as they came.
std::string records_sql(const Parts& parts, const TableState& table, const std::vector<FrameVersion>& versions,
                        const FrameRequested& wanted);

// A SELECT of all rows, with columns and values as they are stored. Error{invalid_argument} where keys differ in a type.
std::string stored_sql(const Parts& parts, const TableState& table, const std::vector<FrameVersion>& versions,
                       const FrameRequested& wanted);

}  // namespace boathouse::core
