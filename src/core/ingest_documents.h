// SPDX-License-Identifier: Apache-2.0
// Documents as a batch: their keys are columns that grow, beside four columns of the house's own. Only the ingest_*.cc files
// of core include this.
#pragma once

#include "core/ingest_plan.h"

namespace boathouse::core {

// Fills the plan's rules.columns, staged, staged_raw, staged_sizes, rows_received, retyped and rewritten. The caller holds no
// lease.
void plan_documents(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan);

// The schema with the house's own columns last, and what partitions the table if nothing else does.
iceberg::Schema own_columns_last(const iceberg::Schema& schema);
inline constexpr std::string_view kDocumentPartition = "hour(_received_at)";

// The partition of all of them, where the plan's table is partitioned so.
std::optional<iceberg::PartitionTuple> partition_of_documents(const DocumentRows& documents, const BatchPlan& plan);

}  // namespace boathouse::core
