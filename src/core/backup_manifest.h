// SPDX-License-Identifier: Apache-2.0
// What a backup says of itself: `manifest.json` in its folder, written last, so that a folder with one is a whole backup.
// Beside it `SHA256SUMS` (as sha256sum writes and checks it) vouches for the manifest and every file. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "iceberg/schema.h"

namespace boathouse::core {

// A UUIDv7: the id of the job that made it.
using BackupId = base::Id<struct BackupTag>;

inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr std::string_view kSumsFile = "SHA256SUMS";

// The n-th part of the rows is in two files of the same name, `part-00001.parquet` and `part-00001.avro`.
struct BackupFile {
  std::string name;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;  // hex

  bool is_parquet() const { return name.ends_with(".parquet"); }
};

struct BackupManifest {
  BackupId id;
  std::string workspace;  // its name
  std::string table;      // in its own spelling
  base::TableId table_id;
  base::Micros at = 0;           // when the backup was made
  base::SnapshotId version = 0;  // whose rows these are; 0: the table had none yet
  std::int64_t rows = 0;
  iceberg::Schema schema;
  std::vector<std::string> partition;  // as a contract spells it
  std::string contract;                // JSON, empty: none
  std::string settings = "{}";         // JSON
  std::vector<BackupFile> files;       // in the order of the rows

  std::int64_t bytes() const;  // of all files
};

std::string to_json_text(const BackupManifest& manifest);

// Error{unprocessable, "damaged-backup"} that says what is wrong, for anything but what to_json_text() gives.
BackupManifest parse_manifest(std::string_view text);

// SHA256SUMS: one line for each file, and one for the manifest with this text.
std::string checksums_text(const BackupManifest& manifest, std::string_view manifest_text);

[[noreturn]] void throw_damaged(const BackupId& id, const std::string& what);

}  // namespace boathouse::core
