// SPDX-License-Identifier: Apache-2.0
// Iceberg's metadata.json. The bytes are the file.
#include "fuzz/fuzz.h"
#include "iceberg/metadata_json.h"

namespace boathouse::fuzz {

void fuzz_one(std::string_view bytes) {
  iceberg::TableMetadata metadata = iceberg::metadata_from_json(bytes);
  metadata.schema();
  std::string written = iceberg::metadata_to_json(metadata);
  require(iceberg::metadata_to_json(iceberg::metadata_from_json(written)) == written, "what is written reads the same");
}

}  // namespace boathouse::fuzz
