// SPDX-License-Identifier: Apache-2.0
// Iceberg's partition transforms as SQL for the ingest worker, and partition values as folders for people. Pure, any
// thread.
#pragma once

#include <string>
#include <vector>

#include "engine/pool.h"
#include "iceberg/partition.h"

namespace boathouse::core {

// The statements that write the rows of `rows` (a SELECT) by partition: the distinct partitions become a temporary table
// `parts` with a number each, and every row goes to the file of its number.
struct PartitionedCopy {
  std::string make_parts;
  std::string count_parts;
  std::string list_parts;  // for partitions_from()
  std::string select;      // `columns` and the number, `_part`
};
PartitionedCopy partitioned_copy(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema,
                                 std::string_view rows, std::string_view columns);

// The tuples by number.
std::vector<iceberg::PartitionTuple> partitions_from(const engine::Rows& listed, const iceberg::PartitionSpec& spec,
                                                     const iceberg::Schema& schema);

// "hired_at/2021-11-07/" and the like: one folder for the column and one for the value of each field; empty for an
// unpartitioned spec. Ends in '/' otherwise.
std::string partition_folder(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema,
                             const iceberg::PartitionTuple& tuple);

}  // namespace boathouse::core
