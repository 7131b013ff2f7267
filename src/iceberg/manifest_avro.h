// SPDX-License-Identifier: Apache-2.0
// Manifests and manifest lists as Avro files, by Iceberg's field ids. Damaged input: Error{internal}, code
// "damaged-metadata". Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "iceberg/avro_file.h"
#include "iceberg/manifest.h"
#include "iceberg/partition.h"

namespace boathouse::iceberg {

// What a manifest's header says beside its entries.
struct ManifestHeader {
  FileContent content = FileContent::data;
  Schema schema;
  PartitionSpec spec;
  // The types of the partition tuple: partition_fields() of the spec.
  std::vector<Field> partition;
};

// Entries are written as they stand: null sequence numbers stay null. Error{invalid_argument} when a partition tuple does
// not have the spec's types.
std::string manifest_to_avro(const ManifestHeader& header, std::span<const ManifestEntry> entries,
                             AvroCodec codec = AvroCodec::deflate);

// What entries leave open is taken from `file`, the manifest's own entry in its list.
Manifest manifest_from_avro(std::string_view bytes, const ManifestFile& file);

struct ManifestListHeader {
  SnapshotId snapshot_id = 0;
  std::optional<SnapshotId> parent_id;
  std::int64_t sequence_number = 0;
};
std::string manifest_list_to_avro(const ManifestListHeader& header, std::span<const ManifestFile> files,
                                  AvroCodec codec = AvroCodec::deflate);
std::vector<ManifestFile> manifest_list_from_avro(std::string_view bytes);

}  // namespace boathouse::iceberg
