// SPDX-License-Identifier: Apache-2.0
// Starts worker processes, all from one thread that lives as long as they may: a worker asks the kernel to be killed with
// its parent, and the kernel means the thread that started it. Any thread may call.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "base/file.h"

namespace boathouse::engine {

class Spawner {
 public:
  explicit Spawner(std::filesystem::path executable);
  // Children that still run are killed by the kernel.
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  // Starts the executable in its own process group with an empty environment, `socket` as descriptor 3, standard input
  // and output at /dev/null, standard error ours, and no other descriptor. The caller reaps it. Throws unavailable.
  pid_t spawn(base::UniqueFd socket);

 private:
  struct Request {
    int socket;
    std::promise<pid_t> answer;
  };
  void run();
  pid_t start(int socket) const;

  const std::filesystem::path executable_;

  // Guarded by mutex_:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Request> request_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace boathouse::engine
