// SPDX-License-Identifier: Apache-2.0
// Folds the write-ahead log of a connection's commits into the database (SQLite's "checkpoint"), on a thread and connection
// of its own, so that no commit waits for it. Only a log that has grown long regardless is folded by the commit that finds it
// so: that is what bounds the log. A fold that fails is tried again with the next; a broken disk shows in the commits.
// https://www.sqlite.org/wal.html
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "meta/sqlite/connection.h"

namespace boathouse::meta::sqlite {

class Checkpointer {
 public:
  // `committing` is told of its commits from now on, and must outlive this; `own` is for folding alone.
  Checkpointer(Connection& committing, std::unique_ptr<Connection> own);
  // Waits for the fold that is under way.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  static int after_commit(void* self, sqlite3* committing, const char* database, int log_pages);
  void run(const std::stop_token& stop);

  Connection& committing_;
  const std::unique_ptr<Connection> own_;
  std::atomic<int> folded_ = 0;    // pages of the log that are in the database already
  std::atomic<bool> due_ = false;  // waited for by the thread
  std::jthread thread_;            // last: uses all of the above
};

}  // namespace boathouse::meta::sqlite
