// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/database.h"

#include "base/file.h"
#include "meta/sqlite/migrations.h"

namespace boathouse::meta::sqlite {
namespace {

// SQLite would make the file readable for all; its log takes the file's mode.
void make_private(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return;
  std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  base::make_directories_durably(folder);
  try {
    base::create_file(file);
  } catch (const base::Error&) {
    if (!std::filesystem::exists(file)) throw;  // else another process was first
  }
  base::sync_directory(folder);
}

}  // namespace

Database::Database(const std::filesystem::path& file, const SqliteOptions& options) {
  make_private(file);
  auto connection = std::make_unique<Connection>(file, Connection::Use::write, options.vfs);
  migrate(*connection);
  Connection& committing = *connection;
  writer_ = std::make_unique<Writer>(std::move(connection), options.commit_times);
  checkpointer_ = std::make_unique<Checkpointer>(
      committing, std::make_unique<Connection>(file, Connection::Use::read, options.vfs));
  for (std::size_t i = 0; i < std::max<std::size_t>(options.readers, 1); ++i) {
    readers_.push_back(std::make_unique<Connection>(file, Connection::Use::read, options.vfs));
  }
}

void Database::copy_to(const std::filesystem::path& file) {
  base::create_file(file);
  sqlite3* opened = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> copy(opened, &sqlite3_close);
  if (code != SQLITE_OK) throw sqlite_error(opened, code);
  read([&](Connection& connection) {
    sqlite3_backup* backup = sqlite3_backup_init(opened, "main", connection.handle(), "main");
    if (backup == nullptr) throw sqlite_error(opened, sqlite3_errcode(opened));
    // All pages in one step, so under one read lock.
    sqlite3_backup_step(backup, -1);
    const int ended = sqlite3_backup_finish(backup);
    if (ended != SQLITE_OK) throw sqlite_error(opened, ended);
  });
}

void Database::settle() {
  if (writer_->unsettled()) writer_->run([](Transaction&) {});
}

std::unique_ptr<Connection> Database::take_reader() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !readers_.empty(); });
  auto reader = std::move(readers_.back());
  readers_.pop_back();
  return reader;
}

void Database::give_back(std::unique_ptr<Connection> reader) {
  {
    std::lock_guard lock(mutex_);
    readers_.push_back(std::move(reader));
  }
  returned_.notify_one();
}

}  // namespace boathouse::meta::sqlite
