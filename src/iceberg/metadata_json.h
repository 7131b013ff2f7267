// SPDX-License-Identifier: Apache-2.0
// The codec of metadata.json. Writing costs about as much as copying the bytes: schemas and snapshots carry their JSON.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "iceberg/metadata.h"

namespace boathouse::iceberg {

std::string metadata_to_json(const TableMetadata& metadata);

// The same text in its parts, for who writes it otherwise: `before_snapshots`, snapshots separated by commas,
// `between` them and the entries of the snapshot log, separated alike, `after_log`.
struct MetadataText {
  std::string before_snapshots;
  std::string between;
  std::string after_log;
};
MetadataText metadata_text(const TableMetadata& metadata);
void append_json(std::string& out, const SnapshotLogEntry& entry);
// How long the whole text is, roughly.
std::size_t estimated_json_size(const TableMetadata& metadata);

// Error{internal}, code "damaged-metadata", for what is no metadata of format version 2 or contradicts itself: a current
// schema, spec or snapshot that is not there, the same id twice.
TableMetadata metadata_from_json(std::string_view text);

}  // namespace boathouse::iceberg
