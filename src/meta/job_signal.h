// SPDX-License-Identifier: Apache-2.0
// Tells threads of this process that jobs changed: one was queued, ended, or asked to be cancelled. What other processes
// do is not seen here, so whoever waits also looks now and then. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace boathouse::meta {

class JobSignal {
 public:
  // Read it before looking at the store: what changes after that ends wait() at once.
  std::uint64_t seen() const {
    std::lock_guard lock(mutex_);
    return changes_;
  }

  void changed() {
    {
      std::lock_guard lock(mutex_);
      ++changes_;
    }
    condition_.notify_all();
  }

  // Until something changed after `seen`, for `most` at the longest.
  void wait(std::uint64_t seen, std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, most, [&] { return changes_ != seen; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable condition_;
  std::uint64_t changes_ = 0;
};

}  // namespace boathouse::meta
