// SPDX-License-Identifier: Apache-2.0
// What is SQLite's own: the schema on disk, migrations, locks, group commit, failing disks, killed processes.
#include "meta/sqlite_store.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include "base/log.h"
#include "meta/meta_store_suite.h"
#include "meta/sqlite/connection.h"
#include "meta/sqlite/faulty_vfs.h"
#include "meta/sqlite/migrations.h"

namespace boathouse::meta {
namespace {

using base::ErrorKind;
using sqlite::Connection;
using sqlite::Faults;

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest()
      : folder_(std::filesystem::temp_directory_path(), "sqlite-"), file_(folder_.path() / "boathouse.db") {
    base::set_log_level(base::LogLevel::off);
  }
  ~SqliteStoreTest() override { Faults::disk_full = Faults::sync_fails = Faults::database_hangs = false; }

  std::unique_ptr<MetaStore> open() { return open_sqlite_store(file_); }
  std::unique_ptr<MetaStore> open_faulty() {
    sqlite::register_faulty_vfs();
    return open_sqlite_store(file_, {.vfs = sqlite::kFaultyVfs});
  }
  Connection raw() { return {file_, Connection::Use::write, ""}; }
  std::vector<std::string> texts(const std::string& sql) {
    Connection connection = raw();
    sqlite::Query query(connection, sql);
    return sqlite::all(query, [](sqlite::Query& row) { return row.text(); });
  }

  static CatalogCommit batch_commit(const std::string& id) {
    BatchRow row{.id = base::BatchId(id), .table = base::TableId("t"), .workspace = base::WorkspaceId("w")};
    return {.at = 1, .batches = {row}};
  }
  static bool has_batch(MetaStore& store, const std::string& id) {
    return store.catalog().find_batch(base::BatchId(id)).has_value();
  }

  base::TemporaryFolder folder_;
  std::filesystem::path file_;
};

TEST_F(SqliteStoreTest, FilesAreForTheirOwnerOnly) {
  auto store = open();
  store->catalog().commit(batch_commit("b"));
  for (const char* name : {"boathouse.db", "boathouse.db-wal"}) {
    struct stat status {};
    ASSERT_EQ(stat((folder_.path() / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(SqliteStoreTest, ACopyIsOneMomentWhileOthersWrite) {
  auto store = open();
  store->catalog().commit(batch_commit("before"));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) store->catalog().commit(batch_commit("b" + std::to_string(i)));
  });
  const std::filesystem::path copy = folder_.path() / "copy.db";
  store->copy_to(copy);
  stop = true;
  writer.join();
  store->catalog().commit(batch_commit("after"));
  auto copied = open_sqlite_store(copy);
  EXPECT_TRUE(has_batch(*copied, "before"));
  EXPECT_FALSE(has_batch(*copied, "after"));
  EXPECT_THROW(store->copy_to(copy), base::Error);
}

TEST_F(SqliteStoreTest, ConnectionsSyncFullyKeepALogAndForeignKeys) {
  open();
  Connection connection = raw();
  auto pragma = [&](const char* name) {
    sqlite::Query query(connection, std::string("PRAGMA ") + name);
    return query.next() ? query.text() : "";
  };
  EXPECT_EQ(pragma("journal_mode"), "wal");
  EXPECT_EQ(pragma("synchronous"), "2");
  EXPECT_EQ(pragma("foreign_keys"), "1");
}

TEST_F(SqliteStoreTest, TheCatalogIsIcebergsOwn) {
  {
    auto store = open();
    WorkspaceRow main{.id = base::WorkspaceId("w"), .name = "main"};
    ASSERT_TRUE(store->accounts().create_workspace(main, std::nullopt, {}));
    TableRow table{.id = base::TableId("t"), .workspace = main.id, .name = "Orders"};
    ASSERT_TRUE(std::holds_alternative<Committed>(
        store->catalog().commit({.at = 1, .swaps = {{.table = table.id, .next = "m/0", .create = table}}})));
    ASSERT_TRUE(std::holds_alternative<Committed>(
        store->catalog().commit({.at = 1, .swaps = {{.table = table.id, .expected = "m/0", .next = "m/1"}}})));
  }
  EXPECT_THAT(texts("SELECT catalog_name || '|' || namespace || '|' || property_key || '|' || "
                    "property_value FROM iceberg_namespace_properties"),
              testing::ElementsAre("boathouse|main|exists|true"));
  EXPECT_THAT(
      texts("SELECT catalog_name || '|' || table_namespace || '|' || table_name || '|' || metadata_location || '|' "
            "|| previous_metadata_location || '|' || iceberg_type FROM iceberg_tables"),
      testing::ElementsAre("boathouse|main|Orders|m/1|m/0|TABLE"));
}

TEST_F(SqliteStoreTest, MigrationsRunOnceAndAreRecorded) {
  open();
  open();
  EXPECT_EQ(texts("SELECT version FROM schema_migrations").size(), static_cast<std::size_t>(sqlite::newest_schema()));
}

TEST_F(SqliteStoreTest, ManyMayStartOnAFreshFileAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] { open()->catalog().commit(batch_commit(std::to_string(i))); });
  }
  for (std::thread& thread : threads) thread.join();
  auto store = open();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(has_batch(*store, std::to_string(i)));
}

TEST_F(SqliteStoreTest, ADatabaseOfANewerVersionIsRefusedAndLeftAlone) {
  open();
  raw().execute("INSERT INTO schema_migrations VALUES (99, 1)");
  try {
    open();
    FAIL() << "was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_THAT(error.message(), testing::HasSubstr("newer Boathouse (schema 99"));
  }
  raw().execute("DELETE FROM schema_migrations WHERE version = 99");
  EXPECT_TRUE(open());
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefused) {
  base::replace_file_durably(file_, std::string(8192, 'x'));
  EXPECT_EQ(error_of([&] { open(); }), ErrorKind::internal);
}

TEST_F(SqliteStoreTest, AnothersLockIsWaitedFor) {
  auto store = open();
  Connection other = raw();
  other.execute("BEGIN IMMEDIATE");
  std::thread waiting([&] { EXPECT_NO_THROW(store->catalog().commit(batch_commit("b"))); });
  EXPECT_FALSE(has_batch(*store, "b"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  other.execute("COMMIT");
  waiting.join();
  EXPECT_TRUE(has_batch(*store, "b"));
}

// While another holds the lock, writers pile up; once it is free they share transactions. Half of them fail by
// themselves, which is nobody else's matter.
TEST_F(SqliteStoreTest, WaitingWritersShareOneFsyncAndFailAlone) {
  constexpr int kWriters = 24;
  auto store = open_faulty();
  Connection other = raw();
  other.execute("BEGIN IMMEDIATE");
  std::atomic<int> refused = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      CatalogCommit commit = batch_commit(std::to_string(i));
      if (i % 2) {
        TableRow nowhere{.id = base::TableId("t"), .workspace = base::WorkspaceId("nowhere"), .name = "t"};
        commit.swaps = {{.table = nowhere.id, .next = "m", .create = nowhere}};
      }
      refused += error_of([&] { store->catalog().commit(commit); }) == ErrorKind::not_found;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  int syncs_before = Faults::syncs;
  other.execute("COMMIT");
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(refused, kWriters / 2);
  for (int i = 0; i < kWriters; ++i) EXPECT_EQ(has_batch(*store, std::to_string(i)), i % 2 == 0) << i;
  EXPECT_LT(Faults::syncs - syncs_before, kWriters / 2);
}

// Many folds' worth of commits go through while the first fold of the log hangs; then the log is folded, and begins anew.
TEST_F(SqliteStoreTest, CommitsDoNotWaitForTheLogToBeFolded) {
  const std::string pages(40'000, 'x');
  auto store = open_faulty();
  const std::uint64_t before = base::file_size(file_);
  Faults::database_hangs = true;
  for (int i = 0; i < 600; ++i) {
    CatalogCommit commit = batch_commit(std::to_string(i));
    commit.batches.front().file_name = pages;
    store->catalog().commit(commit);
  }
  EXPECT_EQ(base::file_size(file_), before);
  Faults::database_hangs = false;
  Faults::database_hangs.notify_all();
  for (int i = 0; base::file_size(file_) < before + 20'000'000 && i < 3000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GE(base::file_size(file_), before + 20'000'000);
  for (int i = 0; i < 600; ++i) EXPECT_TRUE(has_batch(*store, std::to_string(i)));
}

// However long commits go on without a pause.
TEST_F(SqliteStoreTest, TheLogStaysBounded) {
  const std::string pages(400'000, 'x');
  auto store = open();
  for (int i = 0; i < 300; ++i) {
    CatalogCommit commit = batch_commit(std::to_string(i));
    commit.batches.front().file_name = pages;
    store->catalog().commit(commit);
  }
  EXPECT_LT(base::file_size(folder_.path() / "boathouse.db-wal"), 50'000'000U);
}

TEST_F(SqliteStoreTest, AFullDiskRefusesAndServesAgainOnceItIsMended) {
  auto store = open_faulty();
  store->catalog().commit(batch_commit("before"));
  Faults::disk_full = true;
  EXPECT_EQ(error_of([&] { store->catalog().commit(batch_commit("full")); }), ErrorKind::storage_full);
  EXPECT_TRUE(has_batch(*store, "before"));
  EXPECT_FALSE(has_batch(*store, "full"));
  Faults::disk_full = false;
  store->catalog().commit(batch_commit("after"));
  store.reset();
  store = open();
  EXPECT_TRUE(has_batch(*store, "before"));
  EXPECT_FALSE(has_batch(*store, "full"));
  EXPECT_TRUE(has_batch(*store, "after"));
}

TEST_F(SqliteStoreTest, AFailedFsyncIsAnUnknownOutcomeUntilItCanBeSettled) {
  auto store = open_faulty();
  store->catalog().commit(batch_commit("before"));
  Faults::sync_fails = true;
  EXPECT_EQ(error_of([&] { store->catalog().commit(batch_commit("lost")); }), ErrorKind::unknown_outcome);
  EXPECT_EQ(error_of([&] { has_batch(*store, "lost"); }), ErrorKind::unknown_outcome);
  // A replay writes nothing itself; it still has to end the doubt before it may be called one.
  EXPECT_EQ(error_of([&] { store->catalog().commit(batch_commit("before")); }), ErrorKind::unknown_outcome);
  Faults::sync_fails = false;
  EXPECT_FALSE(has_batch(*store, "lost"));
  EXPECT_TRUE(has_batch(*store, "before"));
  EXPECT_TRUE(std::holds_alternative<Committed>(store->catalog().commit(batch_commit("lost"))));
  store.reset();
  EXPECT_TRUE(has_batch(*open(), "lost"));
}

// Runs `work` in a process of its own; what it returns is the exit code.
template <class Work>
int in_child(Work work) {
  pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(SqliteStoreTest, AFileSizeLimitCountsAsAFullDisk) {
  int code = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = open();
    store->catalog().commit(batch_commit("before"));
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    rlimit tight = limit;
    tight.rlim_cur = base::file_size(folder_.path() / "boathouse.db-wal");
    setrlimit(RLIMIT_FSIZE, &tight);
    if (error_of([&] { store->catalog().commit(batch_commit("full")); }) != ErrorKind::storage_full) return 1;
    setrlimit(RLIMIT_FSIZE, &limit);
    if (has_batch(*store, "full")) return 2;
    store->catalog().commit(batch_commit("after"));
    return 0;
  });
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(has_batch(*open(), "after"));
}

// A child commits from several threads and tells of every answer by a pipe, until it is killed in the middle of it.
std::set<std::string> answers_until_killed(const std::filesystem::path& file, int round) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  pid_t child = fork();
  if (child == 0) {
    auto store = open_sqlite_store(file);
    for (int thread = 0; thread < 4; ++thread) {
      std::thread([&, thread] {
        for (int i = 0;; ++i) {
          std::string id = std::to_string(round) + "-" + std::to_string(thread) + "-" + std::to_string(i);
          BatchRow row{.id = base::BatchId(id), .table = base::TableId("t"), .workspace = base::WorkspaceId("w")};
          if (std::holds_alternative<Committed>(store->catalog().commit({.at = 1, .batches = {row}}))) {
            base::write_all(pipe_ends[1], id + "\n");
          }
        }
      }).detach();
    }
    pause();
  }
  close(pipe_ends[1]);
  std::string text;
  char buffer[4096];
  auto answers = [&] { return std::count(text.begin(), text.end(), '\n'); };
  bool killed = false;
  for (ssize_t got; (got = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
    if (!killed && answers() > 100 + 37 * round) killed = kill(child, SIGKILL) == 0;
  }
  close(pipe_ends[0]);
  waitpid(child, nullptr, 0);
  std::set<std::string> ids;
  for (std::size_t start = 0, end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    ids.insert(text.substr(start, end - start));
  }
  return ids;
}

TEST_F(SqliteStoreTest, WhatWasAnsweredSurvivesAKill) {
  std::set<std::string> answered;
  for (int round = 0; round < 5; ++round) {
    answered.merge(answers_until_killed(file_, round));
    auto store = open();
    for (const std::string& id : answered) ASSERT_TRUE(has_batch(*store, id)) << id;
  }
  EXPECT_GT(answered.size(), 500u);
}

}  // namespace
}  // namespace boathouse::meta
