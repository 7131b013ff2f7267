// SPDX-License-Identifier: Apache-2.0
// One piece of work on several threads at once.
#pragma once

#include <cstddef>
#include <functional>

namespace boathouse::batch {

// Calls `work` on `threads` threads, this one among them, and waits for all. The first exception is thrown again.
void on_threads(std::size_t threads, const std::function<void()>& work);

}  // namespace boathouse::batch
