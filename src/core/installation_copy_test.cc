// SPDX-License-Identifier: Apache-2.0
#include "core/installation_copy.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/backups.h"
#include "core/core_fixture.h"
#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {
namespace {
using base::ErrorKind;
using testing::HasSubstr;
namespace fs = std::filesystem;

class InstallationCopyTest : public CoreTest {
 protected:
  InstallationCopy copy(const std::string& passphrase = "") {
    return copy_installation(parts_, archive_, {.data = folder_.path(), .to = target_, .passphrase = passphrase},
                             progress_);
  }
  RestoredInstallation restore(const std::string& passphrase = "") {
    fs::create_directories(other_);
    return restore_installation({.from = target_,
                                 .data = other_,
                                 .warehouse = other_ / "warehouse",
                                 .passphrase = passphrase,
                                 .worker = BOATHOUSE_WORKER},
                                progress_);
  }
  base::Error refusal(const fs::path& to) {
    return error_of(
        [&] { copy_installation(parts_, archive_, {.data = folder_.path(), .to = to, .passphrase = {}}, progress_); });
  }

  base::TemporaryFolder elsewhere_{fs::temp_directory_path(), "boathouse-copy-"};
  fs::path target_ = elsewhere_.path() / "copy";
  fs::path other_ = elsewhere_.path() / "other house";
  store::LocalStore archive_{folder_.path() / "backups"};
  NoProgress progress_;
};

TEST_F(InstallationCopyTest, NamesItsNewPlacesEverywhere) {
  put_contract("t", R"({"partition": ["country"], "columns": [{"name": "id", "type": "INTEGER"},
                       {"name": "country", "type": "STRING"}]})");
  load("t", "id,country\n1,de\n2,fr\n3,\n");
  load("t", "id,country\n2,es\n4,de\n", WriteMode::upsert, {"id"});
  load("t", "id,country\nx,de\n");
  tables_.delete_rows(workspace_, "t", "main", "id = 1", {.principal = "tester", .request = {}, .door = "test"});
  const std::string rows = sql("SELECT * FROM t ORDER BY id");
  const auto versions = tables_.versions(workspace_, "t", {}).at("versions").as_array();
  Backups(parts_, archive_).create(workspace_, "t", BackupId(base::uuid_v7()), progress_);
  const InstallationCopy made = copy();
  EXPECT_EQ(made.tables, 2);  // and its quarantine

  const RestoredInstallation restored = restore();
  EXPECT_EQ(restored.copy.files, made.files);
  // The old place is gone; whoever still names it fails.
  fs::rename(folder_.path() / "warehouse", folder_.path() / "moved away");
  store::LocalStore store(other_ / "warehouse");
  auto meta = meta::open_sqlite_store(other_ / "boathouse.db");
  iceberg::MetadataCache cache(store, 64 << 20);
  engine::WorkerPool engine({.worker_executable = BOATHOUSE_WORKER, .spill_root = other_ / "spill"});
  Parts parts{.meta = *meta,
              .cache = cache,
              .engine = engine,
              .locks = locks_,
              .uses = uses_,
              .counters = counters_,
              .figures = figures_,
              .layout = Layout(other_, other_ / "warehouse"),
              .limits = {}};
  Queries queries(parts);
  auto ask = [&](const std::string& statement) {
    struct Text : engine::ResultConsumer {
      std::string text;
      void on_columns(const std::vector<engine::Column>&) override {}
      void on_bytes(std::string_view bytes) override { text += bytes; }
    } text;
    QueryRequest wanted;
    wanted.sql = statement;
    wanted.workspace = workspace_;
    queries.run(wanted, text);
    return "[" + text.text + "]";
  };
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), rows);
  EXPECT_EQ(ask("SELECT count(*) FROM \"t$quarantine\""), "[[1]]");
  for (const auto& version : versions) {
    EXPECT_EQ(ask("SELECT count(*) FROM \"t@" + std::string(version.at("version").as_string()) + "\""),
              "[[" + std::to_string(version.at("rows").as_int64()) + "]]");
  }
  const TableState state = require_state(parts, workspace_.id, "t");
  for (const iceberg::ScanFile& file :
       iceberg::plan_scan(cache, state.metadata, state.metadata->current_snapshot()).files) {
    EXPECT_EQ(store.size(file.data->file.path), static_cast<std::uint64_t>(file.data->file.file_size));
    for (const iceberg::EntryPtr& deletes : file.deletes) {
      EXPECT_EQ(store.size(deletes->file.path), static_cast<std::uint64_t>(deletes->file.file_size));
    }
  }
  EXPECT_FALSE(fs::is_empty(other_ / "backups"));
}

TEST_F(InstallationCopyTest, RefusesTargetsThatWillNotDo) {
  load("t", "id\n1\n");
  EXPECT_EQ(refusal("relative").kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(refusal(folder_.path() / "backups" / "all").message(), HasSubstr("inside the installation"));
  EXPECT_THAT(refusal(folder_.path().parent_path()).message(), HasSubstr("around it"));
  fs::create_directories(target_ / "x");
  EXPECT_THAT(refusal(target_).message(), HasSubstr("no empty folder"));
  fs::remove(target_ / "x");
  EXPECT_EQ(copy().tables, 1);
}

TEST_F(InstallationCopyTest, ThatIsDamagedRestoresNothing) {
  load("t", "id\n1\n");
  copy();
  std::ofstream(target_ / "boathouse.db", std::ios::app) << 'x';
  const base::Error damaged = error_of([&] { restore(); });
  EXPECT_EQ(damaged.code(), "damaged-backup");
  EXPECT_THAT(damaged.message(), HasSubstr("boathouse.db"));
  EXPECT_TRUE(fs::is_empty(other_));
  fs::remove(target_ / "installation.json");
  EXPECT_EQ(error_of([&] { restore(); }).kind(), ErrorKind::not_found);
}

TEST_F(InstallationCopyTest, KeepsKeysUnderAPassphraseOnly) {
  const std::string passphrase = "correct horse battery";
  fs::create_directories(folder_.path() / "keys");
  base::write_all(base::create_file(folder_.path() / "keys" / "token-1.key").get(), "the key");
  EXPECT_FALSE(copy().with_keys);
  EXPECT_FALSE(fs::exists(target_ / "keys.sealed"));
  fs::remove_all(target_);
  EXPECT_TRUE(copy(passphrase).with_keys);
  EXPECT_EQ(error_of([&] { restore("another passphrase"); }).kind(), ErrorKind::invalid_argument);
  EXPECT_FALSE(fs::exists(other_ / "boathouse.db"));
  EXPECT_TRUE(restore(passphrase).notes.empty());
  EXPECT_EQ(base::read_file(other_ / "keys" / "token-1.key"), "the key");
}

TEST_F(InstallationCopyTest, CancelledLeavesNothing) {
  struct Cancelled : Progress {
    void advance(std::int64_t, std::int64_t, std::string_view) override {}
    void log(std::string_view) override {}
    void check() override { throw base::Error(ErrorKind::cancelled, "enough"); }
  } cancelled;
  load("t", "id\n1\n");
  EXPECT_EQ(error_of([&] {
              copy_installation(parts_, archive_, {.data = folder_.path(), .to = target_, .passphrase = {}}, cancelled);
            }).kind(),
            ErrorKind::cancelled);
  EXPECT_FALSE(fs::exists(target_));
}

}  // namespace
}  // namespace boathouse::core
