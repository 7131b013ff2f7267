// SPDX-License-Identifier: Apache-2.0
// Threads for work that blocks (disk, engine, password hashing), so that network threads never wait. The queue is
// bounded: past it `submit` refuses and the caller answers "too busy" instead of growing.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace boathouse::base {

class ThreadPool {
 public:
  ThreadPool(std::size_t threads, std::size_t max_queued);
  // Runs what is queued, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Queues `work`, which must not throw. False when the queue is full or the pool is stopping. Any thread.
  bool submit(std::function<void()> work);

  // How much waits for a thread. Any thread.
  std::size_t queued() const;

 private:
  void run();

  const std::size_t max_queued_;
  std::vector<std::thread> threads_;

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
};

}  // namespace boathouse::base
