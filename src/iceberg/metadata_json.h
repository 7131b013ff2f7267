// SPDX-License-Identifier: Apache-2.0
// The codec of metadata.json. Writing costs about as much as copying the bytes: schemas and snapshots carry their JSON.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "iceberg/metadata.h"

namespace boathouse::iceberg {

std::string metadata_to_json(const TableMetadata& metadata);

// Error{internal}, code "damaged-metadata", for what is no metadata of format version 2 or contradicts itself: a current
// schema, spec or snapshot that is not there, the same id twice.
TableMetadata metadata_from_json(std::string_view text);

}  // namespace boathouse::iceberg
