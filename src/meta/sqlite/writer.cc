// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/writer.h"

#include <utility>

#include "base/log.h"

namespace boathouse::meta::sqlite {

void Writer::run(Work work) {
  Unit unit{std::move(work)};
  bool leads = false;
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(&unit);
    leads = !std::exchange(led_, true);
  }
  if (!leads) unit.woken.acquire();
  if (!unit.done) lead(unit);
  if (unit.failure) std::rethrow_exception(unit.failure);
}

// The next leader is woken first, so that the disk does not wait. A unit is gone as soon as it is woken.
void Writer::lead(const Unit& leader) {
  Group group;
  {
    std::lock_guard lock(mutex_);
    group.swap(waiting_);
  }
  execute(group);
  Unit* next = nullptr;
  {
    std::lock_guard lock(mutex_);
    led_ = !waiting_.empty();
    if (led_) next = waiting_.front();
  }
  if (next != nullptr) next->woken.release();
  for (Unit* unit : group) {
    if (unit == &leader) continue;
    unit->done = true;
    unit->woken.release();
  }
}

void Writer::execute(const Group& group) noexcept {
  try {
    connection_->execute("BEGIN IMMEDIATE");
    for (Unit* unit : group) run_unit(*unit);
    commit();
  } catch (const base::Error& error) {
    fail_all(group, error);
  } catch (const std::exception& error) {
    fail_all(group, base::Error(base::ErrorKind::internal, error.what()));
  }
}

// A failure out here is everybody's: not begun, taken back by SQLite itself (it does so when the disk is full), or not
// committed. Whoever failed alone before keeps that answer, since nothing of theirs was to be written. Each gets a
// copy, because each rethrows it on a thread of its own.
void Writer::fail_all(const Group& group, const base::Error& error) {
  base::log_error("metadata_commit_failed", {{"error", error.message()}, {"units", group.size()}});
  if (!sqlite3_get_autocommit(connection_->handle())) connection_->try_execute("ROLLBACK");
  for (Unit* unit : group) {
    if (!unit->failure) unit->failure = std::make_exception_ptr(error);
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
  // A commit that writes nothing would not end the doubt about the one before.
  if (unsettled_) sqlite::run(*connection_, "UPDATE store_state SET settled = settled + 1");
  base::Micros begun = base::steady_micros();
  int code = connection_->try_execute("COMMIT");
  if (commit_times_) commit_times_->observe(base::steady_micros() - begun);
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

}  // namespace boathouse::meta::sqlite
