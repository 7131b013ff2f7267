// SPDX-License-Identifier: Apache-2.0
// Schemas and partition specs as Iceberg's JSON. Damaged input: Error{internal}, code "damaged-metadata". Any thread.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "iceberg/partition.h"
#include "iceberg/schema.h"

namespace boathouse::iceberg {

// A struct's fields and a schema's share one form. What Schema::json() gives is made by schema_to_json().
std::string schema_to_json(int id, const std::vector<Field>& fields, const std::vector<int>& identifier_field_ids);
Schema schema_from_json(const boost::json::value& value);

// {"spec-id":..,"fields":[..]}, and the fields alone as a manifest's header has them.
std::string spec_to_json(const PartitionSpec& spec);
std::string spec_fields_to_json(const PartitionSpec& spec);
PartitionSpec spec_from_json(const boost::json::value& value);

// `text` as a JSON string, quotes included.
std::string json_quote(std::string_view text);

}  // namespace boathouse::iceberg
