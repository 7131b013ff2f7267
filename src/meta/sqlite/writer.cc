// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/writer.h"

#include "base/log.h"

namespace boathouse::meta::sqlite {

Writer::Writer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), thread_([this] { loop(); }) {}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Writer::run(Work work) {
  std::future<void> done;
  {
    std::lock_guard lock(mutex_);
    Unit& unit = waiting_.emplace_back();
    unit.work = std::move(work);
    done = unit.done.get_future();
  }
  changed_.notify_one();
  done.get();
}

void Writer::loop() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    execute(batch);
    for (Unit& unit : batch) {
      if (unit.failure) unit.done.set_exception(unit.failure);
      else unit.done.set_value();
    }
  }
}

// A failure here is everybody's: not begun, taken back by SQLite itself (it does so when the disk is full), or not
// committed. Whoever failed alone before keeps that answer, since nothing of theirs was to be written.
void Writer::execute(Batch& batch) {
  try {
    connection_->execute("BEGIN IMMEDIATE");
    for (Unit& unit : batch) run_unit(unit);
    commit();
  } catch (const std::exception& error) {
    base::log_error("metadata_commit_failed", {{"error", error.what()}, {"units", batch.size()}});
    roll_back();
    for (Unit& unit : batch) {
      if (!unit.failure) unit.failure = std::current_exception();
    }
  }
}

void Writer::run_unit(Unit& unit) {
  connection_->execute("SAVEPOINT unit");
  Transaction transaction(*connection_);
  try {
    unit.work(transaction);
  } catch (...) {
    unit.failure = std::current_exception();
    if (sqlite3_get_autocommit(connection_->handle())) std::rethrow_exception(unit.failure);
    transaction.roll_back();
  }
  if (transaction.rolled_back()) connection_->execute("ROLLBACK TO unit");
  connection_->execute("RELEASE unit");
}

void Writer::commit() {
  int code = connection_->try_execute("COMMIT");
  if (code == SQLITE_OK) {
    unsettled_ = false;
    return;
  }
  // Every byte was written and only the fsync failed: this process does not see the transaction, but a crash now might
  // bring it back. The next commit goes to the same place in the log and ends the doubt.
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    unsettled_ = true;
    base::Error error(base::ErrorKind::unknown_outcome, "The disk failed while the change was being made durable.");
    error.while_doing("SQLite " + std::to_string(code));
    throw error;
  }
  throw sqlite_error(connection_->handle(), code);
}

void Writer::roll_back() {
  if (!sqlite3_get_autocommit(connection_->handle())) connection_->try_execute("ROLLBACK");
}

}  // namespace boathouse::meta::sqlite
