// SPDX-License-Identifier: Apache-2.0
// Who does a thing, for a version's summary and the batch row. A value.
#pragma once

#include <string>

#include "base/ids.h"
#include "iceberg/change.h"

namespace boathouse::core {

struct Actor {
  std::string principal;  // user name
  base::RequestId request;
  std::string door;
};

// A new version in this one's name; what changes in it is the caller's to say.
iceberg::SnapshotChange snapshot_by(const Actor& actor);

}  // namespace boathouse::core
