// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/checkpointer.h"

#include <algorithm>

namespace boathouse::meta::sqlite {
namespace {

// Pages of the log, of 4 KiB: so many more call for another fold, and past so many commits fold it themselves. Many small
// folds, because a commit's fsync waits for what a fold has the disk write.
constexpr int kPagesBetweenFolds = 250;
constexpr int kMostPages = 8000;

// How many pages of the log are in the database now.
int fold(sqlite3* connection, const char* database) {
  int in_log = 0;
  int folded = 0;
  // Passive: neither waits for readers and writers nor stops them. SQLITE_BUSY: somebody else is at it.
  sqlite3_wal_checkpoint_v2(connection, database, SQLITE_CHECKPOINT_PASSIVE, &in_log, &folded);
  return std::max(folded, 0);
}

}  // namespace

Checkpointer::Checkpointer(Connection& committing, std::unique_ptr<Connection> own)
    : committing_(committing), own_(std::move(own)), thread_([this](const std::stop_token& stop) { run(stop); }) {
  // Instead of SQLite's own hook, which would fold within the commit.
  sqlite3_wal_hook(committing_.handle(), after_commit, this);
}

Checkpointer::~Checkpointer() {
  sqlite3_wal_hook(committing_.handle(), nullptr, nullptr);
  thread_.request_stop();
  due_ = true;
  due_.notify_one();
}

int Checkpointer::after_commit(void* self, sqlite3* committing, const char* database, int log_pages) {
  auto& checkpointer = *static_cast<Checkpointer*>(self);
  if (log_pages >= kMostPages) {
    fold(committing, database);
    return SQLITE_OK;
  }
  // A log that was folded whole begins anew.
  if (log_pages < checkpointer.folded_) checkpointer.folded_ = 0;
  if (log_pages - checkpointer.folded_ >= kPagesBetweenFolds && !checkpointer.due_.exchange(true)) {
    checkpointer.due_.notify_one();
  }
  return SQLITE_OK;
}

void Checkpointer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    due_.wait(false);
    if (stop.stop_requested()) return;
    due_ = false;
    folded_ = fold(own_->handle(), "main");
  }
}

}  // namespace boathouse::meta::sqlite
