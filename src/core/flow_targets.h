// SPDX-License-Identifier: Apache-2.0
// The data that a task is about: a table of the flow's workspace, and where one wants to say more a version of it, rows of
// its quarantine, a finding of its profile. Blocking (metadata, and a worker where rows are looked up); any thread. Wrong ones
// are Error{invalid_argument} with `field` as detail; others as engine/pool.h says.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "core/parts.h"

namespace boathouse::core {

// `{table, version?, quarantine?, finding?}`, or null, as JSON text with the table's own spelling. `version` is text,
// `quarantine` the ids of up to 100 rows that wait there now, `finding` a text.
std::string checked_target(const Parts& parts, const base::WorkspaceId& workspace, const boost::json::value& target);

// The version that mended what the target is about: `said`, which must be one of the table's, or the current one where
// nothing is said. 0 where there is no target and nothing is said.
base::SnapshotId mending_version(const Parts& parts, const base::WorkspaceId& workspace, const std::string& target,
                                 const std::string& said);

}  // namespace boathouse::core
