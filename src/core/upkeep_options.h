// SPDX-License-Identifier: Apache-2.0
// How tables are kept small and quick (upkeep.h). Values.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace boathouse::core {

struct UpkeepOptions {
  bool enabled = true;                             // commits queue it, and the house does it by itself
  base::Micros every = base::kMinute;              // how often the house looks for what is due
  base::Micros file_grace = base::kHour;           // how long a file stays after its last reference
  std::uint64_t target_file_bytes = 128ULL << 20;  // of data files that compaction makes; those near it are left alone
  base::Micros wait_for_uses = 5 * base::kSecond;  // for running queries, before files are left to the next run
};

}  // namespace boathouse::core
