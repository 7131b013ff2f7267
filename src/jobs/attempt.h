// SPDX-License-Identifier: Apache-2.0
// Runs the handler of one claimed job and writes down how that ended.
#pragma once

#include "jobs/kinds.h"
#include "jobs/run.h"

namespace boathouse::jobs {

// Blocks for as long as the handler works. `now` is the wall clock. Throws base::Error only when the end could not be
// written: the lease then runs out and the job is claimed again.
void attempt(Kind& kind, Run& run, const std::function<base::Micros()>& now);

}  // namespace boathouse::jobs
