// SPDX-License-Identifier: Apache-2.0
// The three spellings of a column's type: a contract's (INTEGER, ISO_DATE..), Iceberg's (int, timestamptz..) and the
// engine's (INTEGER, TIMESTAMPTZ..). Pure, any thread.
#pragma once

#include <string>

#include "batch/types.h"
#include "iceberg/types.h"

namespace boathouse::core {

iceberg::Type to_iceberg(const batch::ColumnType& type);

// How a table without a contract tells its columns. Types that no contract can say (float, fixed) get the nearest wider
// one; nested types are JSON.
batch::ColumnType from_iceberg(const iceberg::Type& type);

// The engine's SQL name of an Iceberg type. Error{unprocessable} for nested types.
std::string engine_type(const iceberg::Type& type);

}  // namespace boathouse::core
