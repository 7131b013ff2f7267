// SPDX-License-Identifier: Apache-2.0
// What a table's name in SQL means: the table's current version, another version of it, or one of the lists about it.
// Blocking; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/parts.h"
#include "iceberg/metadata.h"

namespace boathouse::core {

// The SELECT that stands for one reference: `T`, `T@<branch or tag>`, `T@<RFC 3339 time>`, `T@<version>` (tried in this
// order; `@branch:`, `@time:` and `@version:` force one), `T$quarantine`, `T$versions`, `T$files`, `T__quarantine`.
// Error{invalid_argument} when there is no such table or version.
std::string relation_for(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view reference);

// The table of a reference to its newest rows, or to a list about them; empty for one to another version or branch.
std::string_view newest_rows_of(std::string_view reference);

}  // namespace boathouse::core
