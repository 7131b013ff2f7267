// SPDX-License-Identifier: Apache-2.0
// The written form of DuckDB's scalar values (API: dates and times ISO 8601, BLOB base64, NaN and Infinity as words).
// Appends to `out`. Pure, any thread.
#pragma once

#include <string>

#include "engine/worker/column_type.h"

namespace boathouse::engine {

// The value is not NULL and its type has no children.
void append_scalar(std::string& out, const VectorView& vector, idx_t row);

// Which values are JSON numbers. Finite floating point numbers and booleans stand bare in each.
enum class JsonStyle {
  portable,        // integers within 2^53, which every client reads exactly
  exact_integers,  // all integers of up to 64 bits
  records,         // all integers and decimals; what is no finite number is null, and a text of type JSON is that JSON
};

// True where the written form is also a JSON number or boolean of this style. All other values are JSON strings.
bool is_bare_json(const VectorView& vector, idx_t row, JsonStyle style);

}  // namespace boathouse::engine
