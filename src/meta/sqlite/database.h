// SPDX-License-Identifier: Apache-2.0
// One SQLite file: a writer that groups, and a few read connections that are lent out. Any thread.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <vector>

#include "meta/sqlite/checkpointer.h"
#include "meta/sqlite/writer.h"
#include "meta/sqlite_store.h"

namespace boathouse::meta::sqlite {

class Database {
 public:
  // Makes the file if it is missing and migrates it.
  Database(const std::filesystem::path& file, const SqliteOptions& options);

  // What `work(Connection&)` returns. It sees every write that was answered before; use one statement, or expect
  // others' writes between two.
  template <class Work>
  auto read(Work work) {
    Lease lease(*this);
    return work(*lease.connection);
  }

  // What `work(Transaction&)` returns, once it is durable. Throws as Writer::run() does.
  template <class Work>
  auto write(Work work) {
    using Result = std::invoke_result_t<Work, Transaction&>;
    if constexpr (std::is_void_v<Result>) {
      writer_->run([&](Transaction& transaction) { work(transaction); });
    } else {
      std::optional<Result> result;
      writer_->run([&](Transaction& transaction) { result.emplace(work(transaction)); });
      return std::move(*result);
    }
  }

  // Everything as it is at one moment, into a file that does not exist yet.
  void copy_to(const std::filesystem::path& file);

  // After a failed fsync: makes sure that what is not seen now cannot come back. Throws while the disk still fails.
  void settle();

 private:
  struct Lease {
    explicit Lease(Database& from) : database(from), connection(from.take_reader()) {}
    ~Lease() { database.give_back(std::move(connection)); }
    Database& database;
    std::unique_ptr<Connection> connection;
  };
  std::unique_ptr<Connection> take_reader();
  void give_back(std::unique_ptr<Connection> reader);

  // Constant after construction; readers are closed before the writer, whose close folds the log into the file.
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Checkpointer> checkpointer_;

  // Guarded by mutex_:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> readers_;
};

}  // namespace boathouse::meta::sqlite
