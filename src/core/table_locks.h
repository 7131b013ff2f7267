// SPDX-License-Identifier: Apache-2.0
// Commits of one process to one table wait for each other here instead of meeting in a conflict. This is for speed only:
// what decides is the catalog's compare-and-swap, which also holds between processes. Any thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <unordered_set>

#include "base/ids.h"

namespace boathouse::core {

class TableLocks {
 public:
  class Guard {
   public:
    Guard(TableLocks& locks, std::string key) : locks_(&locks), key_(std::move(key)) {}
    Guard(Guard&& other) noexcept : locks_(other.locks_), key_(std::move(other.key_)) { other.locks_ = nullptr; }
    Guard& operator=(Guard&&) = delete;
    ~Guard();

   private:
    TableLocks* locks_;
    std::string key_;
  };

  // Blocks until the table of that name is free. One guard at a time in a thread.
  Guard lock(const base::WorkspaceId& workspace, std::string_view table);

 private:
  std::mutex mutex_;
  // Guarded by mutex_:
  std::condition_variable freed_;
  std::unordered_set<std::string> held_;
};

}  // namespace boathouse::core
