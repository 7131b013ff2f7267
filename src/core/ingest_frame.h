// SPDX-License-Identifier: Apache-2.0
// A data frame as a batch: its columns may be called anything and hold anything, its rows are taken all or none, and what
// its table cannot say of them becomes a shape (frame_shape.h). Only the ingest_*.cc files of core include this.
#pragma once

#include "core/frame_shape.h"
#include "core/ingest_plan.h"

namespace boathouse::core {

// Fills the plan's rules.columns, staged, staged_raw, staged_sizes, rows_received and frame. `known` are the columns that the
// frame has already, `before` its shape; both empty where the batch says what its columns are. The caller holds no lease.
// Error{invalid_argument} that names the column for what the frame cannot take.
void plan_frame(const Parts& parts, const StagedBody& body, const KnownColumns& known, const FrameShape& before,
                BatchPlan& plan);

// The transforms that the frame's rows are partitioned by, as a contract spells them.
std::vector<std::string> frame_partition(const FramePlan& frame);

}  // namespace boathouse::core
