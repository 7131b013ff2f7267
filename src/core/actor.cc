// SPDX-License-Identifier: Apache-2.0
#include "core/actor.h"

#include "core/versions.h"

namespace boathouse::core {

iceberg::SnapshotChange snapshot_by(const Actor& actor) {
  iceberg::SnapshotChange snapshot;
  snapshot.id = base::new_snapshot_id();
  snapshot.summary = {{std::string(kSummaryRequest), actor.request.value}, {std::string(kSummaryBy), actor.principal}};
  return snapshot;
}

}  // namespace boathouse::core
