// SPDX-License-Identifier: Apache-2.0
// The exact summary of a CSV dataset, as batch/summary/dataset_summary.h tells it: made in a confined worker, since the file
// is somebody's. Blocking; any thread.
#pragma once

#include <filesystem>
#include <string>

#include "core/parts.h"
#include "core/progress.h"

namespace boathouse::core {

// Of a file in the workspace's staging (Layout::staging_of) or below its warehouse, which stays until the call ends. The
// answer is JSON text {column:{figure:value}} with NaN, Infinity and -Infinity as Python writes them, so no strict JSON.
// Errors: invalid_argument with `line` and `byte` where the file is no CSV that pandas would read (empty, not UTF-8, a
// record with too many fields, an open quote), storage_full, cancelled, and what engine/pool.h tells.
std::string dataset_summary(const Parts& parts, const base::WorkspaceId& workspace, const std::filesystem::path& file,
                            Progress& progress);

}  // namespace boathouse::core
