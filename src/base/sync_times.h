// SPDX-License-Identifier: Apache-2.0
// How long the syncs of base/file.h took in this process. Any thread.
#pragma once

#include "base/figures.h"

namespace boathouse::base {

const Durations& sync_times();

}  // namespace boathouse::base
