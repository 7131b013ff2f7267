// SPDX-License-Identifier: Apache-2.0
// A column of a Parquet schema beside Iceberg's mapping of types to Parquet. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "batch/thrift_compact.h"

namespace boathouse::batch {

// Iceberg's spelling of the type that has just this form in Parquet; empty where none has: other widths, units and signs,
// repeated columns, what is annotated as something else.
std::string iceberg_type(const ThriftStruct& element);

// An Iceberg single value as the statistics of such a column hold it. Error{invalid_argument} where it does not fit.
std::string stored_value(const ThriftStruct& element, std::string_view single_value);

}  // namespace boathouse::batch
