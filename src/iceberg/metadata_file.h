// SPDX-License-Identifier: Apache-2.0
// The bytes of a metadata file: JSON as it is while it is small, gzip (Iceberg's `.gz.metadata.json`) once the table has so
// many versions that every commit would write megabytes. The versions of a table stand in each of its metadata files, so
// their text is compressed in runs that the next file takes over as they are. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/gzip.h"
#include "iceberg/metadata.h"

namespace boathouse::iceberg {

// From this estimated size of the text on a metadata file is compressed.
inline constexpr std::size_t kCompressFrom = 256 << 10;

// Consecutive snapshots (or log entries), known by the ids of the first and the last.
struct CompressedRun {
  SnapshotId first = 0;
  SnapshotId last = 0;
  std::size_t count = 0;
  GzipPiece text;
};
using CompressedRunPtr = std::shared_ptr<const CompressedRun>;

struct CompressedHistory {
  std::vector<CompressedRunPtr> snapshots;
  std::vector<CompressedRunPtr> log;
};

struct MetadataFile {
  std::string bytes;
  std::string_view ending;                              // of the file's name
  std::shared_ptr<const CompressedHistory> compressed;  // for the next file; nullptr when the text is plain
};
// `metadata.compressed` is that of the file before, if any.
MetadataFile encode_metadata(const TableMetadata& metadata, std::size_t compress_from = kCompressFrom);

// The JSON of a metadata file, plain or compressed.
std::string metadata_file_text(std::string_view bytes);

// Plain or compressed; damage as metadata_from_json() tells it.
TableMetadata decode_metadata(std::string_view bytes);

}  // namespace boathouse::iceberg
