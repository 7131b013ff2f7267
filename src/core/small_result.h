// SPDX-License-Identifier: Apache-2.0
// The house's own questions to its tables, whose answers fit into memory. Blocking; any thread.
#pragma once

#include <string>

#include "core/parts.h"

namespace boathouse::core {

// Runs a SELECT that the house composed over one workspace's tables, in a confined worker, and gives its rows as text in
// that format (json_rows: as arrays with commas between them). Errors as engine/pool.h says.
std::string small_result(const Parts& parts, const base::WorkspaceId& workspace, std::string sql,
                         engine::ResultFormat format);

}  // namespace boathouse::core
