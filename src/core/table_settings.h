// SPDX-License-Identifier: Apache-2.0
// What people set on a table beside its contract, kept as JSON in the table's row. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/table_state.h"
#include "core/tables.h"

namespace boathouse::core {

// The stored form {keep_versions?, keep_for?, description?}.
TableSettings parse_settings(std::string_view json);
std::string to_json_text(const TableSettings& settings);

// The table's own settings, else its contract's.
TableSettings effective_settings(const TableState& state);

// "30d", "90s", "forever": the largest unit that keeps it whole.
std::string duration_text(const base::Duration& duration);

}  // namespace boathouse::core
