// SPDX-License-Identifier: Apache-2.0
// An Avro schema as a manifest's header carries it, with Iceberg's `field-id` attributes. Immutable, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::iceberg {

struct AvroSchema;
using AvroSchemaPtr = std::shared_ptr<const AvroSchema>;

struct AvroField {
  std::string name;
  std::optional<int> field_id;
  AvroSchemaPtr schema;
};

struct AvroSchema {
  enum class Kind {
    null,
    boolean,
    int32,
    int64,
    float32,
    float64,
    bytes,
    string,
    fixed,
    enumeration,
    array,
    map,
    record,
    union_
  };
  Kind kind = Kind::null;
  std::size_t size = 0;                 // fixed
  std::vector<AvroField> fields;        // record
  std::vector<AvroSchemaPtr> branches;  // union; the one item type of array and map
};

// Error{internal}, code "damaged-metadata", for what is no schema, nests past 64 levels or contains itself.
AvroSchemaPtr parse_avro_schema(std::string_view json);

}  // namespace boathouse::iceberg
