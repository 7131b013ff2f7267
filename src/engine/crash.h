// SPDX-License-Identifier: Apache-2.0
// How a worker ends when a statement breaks it: with exit codes (worker_error.h) that tell where stack or memory ran out.
#pragma once

#include <cstddef>
#include <memory>

namespace boathouse::engine {

// Installs the handlers, once.
void watch_for_crashes();

// A stack for this thread's signal handler, which must run when the thread's own is full. Lives on that thread.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace boathouse::engine
