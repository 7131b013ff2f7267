// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/on_threads.h"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace boathouse::batch {

void on_threads(std::size_t threads, const std::function<void()>& work) {
  std::mutex mutex;
  std::exception_ptr failure;  // guarded by mutex
  auto guarded = [&] {
    try {
      work();
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(guarded);
    guarded();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace boathouse::batch
