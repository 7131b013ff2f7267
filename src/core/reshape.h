// SPDX-License-Identifier: Apache-2.0
// A table's columns and partitioning brought to what a contract or a backup says they are. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "iceberg/change.h"
#include "iceberg/evolve.h"

namespace boathouse::core {

struct Reshape {
  std::vector<iceberg::Field> columns;  // in order; their ids mean nothing
  bool drop_others = true;              // columns that are not named leave the schema; otherwise they follow the named
  // A type that Iceberg cannot widen to: true gives the column a new id, without the values that it had, false is
  // Error{conflict} that names the column.
  bool replace_misfits = false;
  std::vector<std::string> partition;  // as a contract spells it
};

// Puts into `change` what differs from `metadata` on main; gives back the columns that main will have, with their field
// ids.
iceberg::Schema set_shape(iceberg::Change& change, const iceberg::TableMetadata& metadata, const Reshape& reshape);

}  // namespace boathouse::core
