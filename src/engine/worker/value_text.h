// SPDX-License-Identifier: Apache-2.0
// The written form of DuckDB's scalar values (API: dates and times ISO 8601, BLOB base64, NaN and Infinity as words).
// Appends to `out`. Pure, any thread.
#pragma once

#include <string>

#include "engine/worker/column_type.h"

namespace boathouse::engine {

// The value is not NULL and its type has no children.
void append_scalar(std::string& out, const VectorView& vector, idx_t row);

// True where the written form is also a JSON number or boolean that every client reads exactly: integers within 2^53 (all of
// up to 64 bits with `exact_integers`), finite floating point numbers, booleans. All other values are JSON strings.
bool is_bare_json(const VectorView& vector, idx_t row, bool exact_integers);

}  // namespace boathouse::engine
