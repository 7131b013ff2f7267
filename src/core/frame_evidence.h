// SPDX-License-Identifier: Apache-2.0
// Which types the columns of a data frame get. Other than a table that makes up its types, a frame gives values back as they
// came: text is never taken for a date, and what no other type holds exactly is kept as JSON. Pure, any thread.
#pragma once

#include <optional>

#include "batch/inference.h"

namespace boathouse::core {

// Of a new column. STRING where nothing came; JSON for values of several kinds, nested ones and integers past 64 bits.
batch::ColumnType frame_type(const batch::ColumnEvidence& evidence);

// Of a column that has values, once these come to it: its own type, a wider one (INTEGER to BIGINT, both to DOUBLE), or
// nullopt where they do not fit.
std::optional<batch::ColumnType> frame_type_with(const batch::ColumnType& existing,
                                                 const batch::ColumnEvidence& evidence);
// The same where the values have a type.
std::optional<batch::ColumnType> frame_type_with(const batch::ColumnType& existing, const batch::ColumnType& coming);

// How a column of days or times is read first: BIGINT or STRING, or JSON where it holds neither.
batch::ColumnType staged_date(const batch::ColumnEvidence& evidence);

}  // namespace boathouse::core
