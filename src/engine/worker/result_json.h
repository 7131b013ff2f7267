// SPDX-License-Identifier: Apache-2.0
// Values and rows as JSON: LIST and ARRAY as arrays, STRUCT and MAP as objects, a UNION as its member's value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/worker/column_type.h"
#include "engine/worker/value_text.h"

namespace boathouse::engine {

void append_json_string(std::string& out, std::string_view text);
void append_json(std::string& out, const VectorView& vector, idx_t row, JsonStyle style);

// `[1,"a",null]`
void append_json_row(std::string& out, const std::vector<VectorView>& vectors, idx_t row, JsonStyle style);
// `{"id":1,"name":"a"}`; `keys` are the columns' names, already as JSON strings with their colon.
void append_json_object(std::string& out, const std::vector<std::string>& keys, const std::vector<VectorView>& vectors,
                        idx_t row, JsonStyle style);
// `[{"name":..,"type":..}]`
void append_json_columns(std::string& out, const std::vector<ResultColumn>& columns);

}  // namespace boathouse::engine
