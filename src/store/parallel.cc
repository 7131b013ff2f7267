// SPDX-License-Identifier: Apache-2.0
#include "store/parallel.h"

#include <atomic>
#include <exception>
#include <memory>

namespace boathouse::store {
namespace {

// Shared with helpers that may start after the caller has gone: they then find nothing left to do and touch no task.
struct Round {
  explicit Round(const std::vector<std::function<void()>>& work) : tasks(work), count(work.size()) {}

  const std::vector<std::function<void()>>& tasks;
  const std::size_t count;
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> ended{0};
  // Guarded by mutex:
  std::mutex mutex;
  std::exception_ptr error;

  void work() {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        tasks[i]();
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
      if (++ended == count) ended.notify_all();
    }
  }
};

}  // namespace

void run_parallel(base::ThreadPool& pool, std::size_t helpers, const std::vector<std::function<void()>>& tasks) {
  auto round = std::make_shared<Round>(tasks);
  for (std::size_t i = 0; i < helpers && i + 1 < tasks.size(); ++i) {
    if (!pool.submit([round] { round->work(); })) break;
  }
  round->work();
  for (std::size_t have = round->ended; have < round->count; have = round->ended) round->ended.wait(have);
  std::lock_guard lock(round->mutex);
  if (round->error) std::rethrow_exception(round->error);
}

}  // namespace boathouse::store
