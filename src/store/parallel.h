// SPDX-License-Identifier: Apache-2.0
// Running a handful of blocking calls side by side. Any thread.
#pragma once

#include <functional>
#include <vector>

#include "base/thread_pool.h"

namespace boathouse::store {

// Calls every task, shared out between the caller and up to `helpers` threads of `pool` (all by the caller when the pool
// is busy), and returns when all have ended; then throws the first error met. The others run all the same.
void run_parallel(base::ThreadPool& pool, std::size_t helpers, const std::vector<std::function<void()>>& tasks);

}  // namespace boathouse::store
