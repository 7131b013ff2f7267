// SPDX-License-Identifier: Apache-2.0
// Rows as CSV (RFC 4180, LF): NULL is empty, an empty string is "", nested values are their JSON.
#pragma once

#include <string>
#include <vector>

#include "engine/worker/column_type.h"

namespace boathouse::engine {

void append_csv_header(std::string& out, const std::vector<ResultColumn>& columns);
void append_csv_row(std::string& out, const std::vector<VectorView>& vectors, idx_t row);

}  // namespace boathouse::engine
