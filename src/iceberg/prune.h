// SPDX-License-Identifier: Apache-2.0
// Whether rows that pass a predicate may be in a file or behind a manifest, told by what is known about their values.
// "May" errs on the side of yes. Pure, any thread.
#pragma once

#include <optional>
#include <vector>

#include "iceberg/manifest.h"
#include "iceberg/partition.h"
#include "iceberg/scan.h"

namespace boathouse::iceberg {

// What is known about a set of values of one column.
struct ValueRange {
  std::optional<Value> lower;  // no value that is neither null nor NaN is below; unknown when absent
  std::optional<Value> upper;
  bool may_hold_null = true;
  bool may_hold_nan = true;
  bool may_hold_value = true;  // anything but null
};

// Error{invalid_argument} when a literal is not of the column's type.
bool may_pass(const Condition& condition, const ValueRange& range);

// The conditions that a partition's value must meet for `condition` to hold in it: nullopt when nothing follows.
std::optional<Condition> project(const Condition& condition, const Transform& transform, const Type& source);

bool may_pass(const Predicate& predicate, const Schema& schema, const DataFile& file);
bool may_pass(const Predicate& predicate, const Schema& schema, const PartitionSpec& spec, const DataFile& file);
bool may_pass(const Predicate& predicate, const Schema& schema, const PartitionSpec& spec,
              const ManifestFile& manifest);

}  // namespace boathouse::iceberg
