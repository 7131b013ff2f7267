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
  writer_ = std::make_unique<Writer>(std::move(connection));
  for (std::size_t i = 0; i < std::max<std::size_t>(options.readers, 1); ++i) {
    readers_.push_back(std::make_unique<Connection>(file, Connection::Use::read, options.vfs));
  }
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
