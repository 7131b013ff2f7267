// SPDX-License-Identifier: Apache-2.0
// The Avro schemas of manifests and manifest lists, and partition values in Avro's form. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "iceberg/avro_file.h"
#include "iceberg/value.h"

namespace boathouse::iceberg {

// `partition`: the fields of the partition tuple.
std::string manifest_avro_schema(const std::vector<Field>& partition);
std::string manifest_list_avro_schema();

// Error{invalid_argument} when the value is not of the type. Null is the first branch of the union.
void write_avro_value(AvroEncoder& encoder, const Type& type, const Value& value);
Value read_avro_value(AvroDecoder& decoder, const AvroSchema& schema, const Type& type);

}  // namespace boathouse::iceberg
