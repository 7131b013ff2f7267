// SPDX-License-Identifier: Apache-2.0
// Avro object containers: as such, as an Iceberg manifest, and as a manifest list. The bytes are the file.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "iceberg/manifest_avro.h"

namespace boathouse::fuzz {
namespace {

template <class Read>
void attempt(Read read) {
  try {
    read();
  } catch (const base::Error& error) {
    require(error.code() == "damaged-metadata", "damage is called damage");
  }
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  attempt([&] {
    iceberg::AvroFile file(bytes);
    file.for_each([&](iceberg::AvroDecoder& decoder) { decoder.skip(file.schema()); });
  });
  attempt([&] {
    iceberg::ManifestFile entry{.path = "m.avro", .sequence_number = 3, .added_snapshot_id = 7, .partitions = {}};
    for (const iceberg::ManifestEntry& each : iceberg::manifest_from_avro(bytes, entry).entries) {
      require(each.snapshot_id && each.sequence_number && each.file_sequence_number, "nothing is left to inherit");
      require(each.file.record_count >= 0 && each.file.file_size >= 0, "sizes are not negative");
    }
  });
  attempt([&] { iceberg::manifest_list_from_avro(bytes); });
}

}  // namespace boathouse::fuzz
