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

// For each field of the spec its value as SQL over the rows' columns, and what partitions_from() reads as SQL over columns
// _p0, _p1 and so on of these values.
std::vector<std::string> partition_values(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema);
std::vector<std::string> partition_texts(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema);

// A truncated DECIMAL is the next multiple below, which near the type's least value no longer fits it: other writers of
// Iceberg refuse such a row, and so do we. `least` is text of the column's type.
struct PartitionFloor {
  std::string column;
  std::string least;
  std::string transform;
};
std::vector<PartitionFloor> partition_floors(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema);

// The tuples by number.
std::vector<iceberg::PartitionTuple> partitions_from(const engine::Rows& listed, const iceberg::PartitionSpec& spec,
                                                     const iceberg::Schema& schema);

// "hired_at/2021-11-07/" and the like: one folder for the column and one for the value of each field; empty for an
// unpartitioned spec. Ends in '/' otherwise.
std::string partition_folder(const iceberg::PartitionSpec& spec, const iceberg::Schema& schema,
                             const iceberg::PartitionTuple& tuple);

}  // namespace boathouse::core
