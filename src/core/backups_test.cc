// SPDX-License-Identifier: Apache-2.0
#include "core/backups.h"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "base/encoding.h"
#include "base/names.h"
#include "core/backup_jobs.h"
#include "core/core_fixture.h"
#include "core/ingest_stages.h"
#include "core/table_history.h"
#include "core/upkeep.h"
#include "store/location.h"

namespace boathouse::core {
namespace {
using base::ErrorKind;
using testing::HasSubstr;
namespace fs = std::filesystem;

class BackupsTest : public CoreTest {
 protected:
  BackupId back_up(const std::string& table) {
    return backups_.create(workspace_, table, BackupId(base::uuid_v7()), progress_).id;
  }
  RestoreRequest wanted(const std::string& table, std::optional<BackupId> backup = std::nullopt) const {
    return {.workspace = workspace_,
            .table = table,
            .backup = std::move(backup),
            .batch = base::BatchId(base::uuid_v7()),
            .actor = {.principal = "tester", .request = base::RequestId(base::uuid_v4()), .door = "test"},
            .job = {}};
  }
  Restored restore(const std::string& table, std::optional<BackupId> backup = std::nullopt) {
    return backups_.restore(wanted(table, std::move(backup)), progress_);
  }
  fs::path folder(const std::string& table, const BackupId& id) const {
    return folder_.path() / "backups" / workspace_.id.value / table / id.value;
  }
  std::size_t listed(const std::string& table) {
    return backups_.list(workspace_, table, {}).at("backups").as_array().size();
  }
  std::size_t files_in(const fs::path& path) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  static void append_byte(const fs::path& path) { std::ofstream(path, std::ios::app | std::ios::binary) << 'x'; }
  static void flip_byte(const fs::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(20);
    const char byte = static_cast<char>(file.get());
    file.seekp(20);
    file.put(static_cast<char>(byte ^ 1));
  }

  store::LocalStore archive_{folder_.path() / "backups"};
  Backups backups_{parts_, archive_};
  NoProgress progress_;
};

TEST_F(BackupsTest, BringRowsColumnsAndContractBack) {
  put_contract("t", R"j({"key": ["id"], "columns": [{"name": "id", "type": "INTEGER", "required": true},
                        {"name": "price", "type": "DECIMAL(9,2)", "min": 0}, {"name": "a b", "type": "TIMESTAMP"}]})j");
  load("t", "id,price,a b\n1,1.50,2024-01-01T00:00:00\n2,,\n");
  const std::string before = sql("SELECT * FROM t ORDER BY id");
  const BackupId id = back_up("t");
  EXPECT_EQ(files_in(folder("t", id)), 4U);

  put_contract("t", R"j({"columns": [{"name": "id", "type": "INTEGER"}, {"name": "price", "type": "DECIMAL(9,2)"},
                        {"name": "other", "type": "STRING"}]})j");
  load("t", "id,price,other\n3,9.00,x\n");
  const Restored restored = restore("t");
  EXPECT_EQ(restored.rows, 2);
  EXPECT_EQ(restored.backup, id);
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY id"), before);
  EXPECT_THAT(sql("DESCRIBE t"), HasSubstr("DECIMAL(9,2)"));
  EXPECT_EQ(tables_.contract(workspace_, "t").key, std::vector<std::string>{"id"});
  EXPECT_EQ(load("t", "id,price,a b\n4,-1,\n").rows_rejected, 1);
}

TEST_F(BackupsTest, KeepTheOrderOfRows) {
  constexpr int kRows = 800'000;
  std::string text = "id,v\n";
  for (int id = 0; id < kRows; ++id) text += fmt::format("{},{}\n", id, id * 7919LL % 1'000'003);
  load("t", text);
  load("t", "id,v\n5,-1\n", WriteMode::upsert, {"id"});
  back_up("t");
  restore("t");
  const TableState state = require_state(parts_, workspace_.id, "t");
  const iceberg::Scan scan = iceberg::plan_scan(cache_, state.metadata, state.head());
  ASSERT_EQ(scan.files.size(), 1U);
  const std::string path = base::quote_string(store::path_of(scan.files.front().data->file.path).string());
  auto found = ingest_lease(parts_, workspace_.id)
                   .execute({"SELECT count(*) FILTER (WHERE id <= before), last(id ORDER BY row) FROM (SELECT id, "
                             "file_row_number AS row, lag(id) OVER (ORDER BY file_row_number) AS before FROM "
                             "read_parquet(" +
                             path + ", file_row_number = true))"});
  EXPECT_EQ(found.front().rows.at(0), boost::json::parse("[1, 5]")) << boost::json::serialize(found.front().rows);
}

TEST_F(BackupsTest, OutliveTheirTable) {
  put_contract("T", R"({"partition": ["country"], "columns": [{"name": "id", "type": "INTEGER"},
                       {"name": "country", "type": "STRING"}]})");
  load("T", "id,country\n1,de\n2,fr\n3,\n");
  tables_.change_settings(workspace_, "T", {.keep_versions = 7, .keep_for = {}, .description = "mine"});
  back_up("t");
  const base::TableId first = require_state(parts_, workspace_.id, "T").row.id;
  tables_.drop(workspace_, "T");
  EXPECT_EQ(listed("t"), 1U);
  restore("t");
  const TableState state = require_state(parts_, workspace_.id, "T");
  EXPECT_EQ(state.row.name, "T");
  EXPECT_NE(state.row.id, first);
  EXPECT_EQ(state.metadata->spec().fields.size(), 1U);
  EXPECT_EQ(state.row.figures.files, 3);
  EXPECT_EQ(sql("SELECT * FROM T ORDER BY id"), R"([[1,"de"],[2,"fr"],[3,null]])");
  EXPECT_EQ(tables_.describe(workspace_, "T").at("description"), "mine");
}

TEST_F(BackupsTest, KeepWhatDeletesLeftAndTheNewestIsTaken) {
  load("t", "id,v\n1,a\n2,b\n3,c\n");
  load("t", "id,v\n2,B\n4,d\n", WriteMode::upsert, {"id"});
  const BackupId older = back_up("t");
  load("t", "id,v\n5,e\n");
  back_up("t");
  load("t", "id,v\n6,f\n");
  EXPECT_EQ(listed("t"), 2U);
  restore("t");
  EXPECT_EQ(sql("SELECT count(*), max(id) FROM t"), "[[5,5]]");
  restore("t", older);
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY id"), R"([[1,"a"],[2,"B"],[3,"c"],[4,"d"]])");
}

TEST_F(BackupsTest, ARollbackTakesARestoreBackWithItsContract) {
  const TableHistory history{parts_};
  const Actor actor{.principal = "tester", .request = {}, .door = "test"};
  auto version = [&] { return std::to_string(require_state(parts_, workspace_.id, "t").version()); };
  auto properties = [&] { return require_state(parts_, workspace_.id, "t").metadata->properties.size(); };
  put_contract("t", R"j({"columns": [{"name": "id", "type": "INTEGER"}]})j");
  load("t", "id\n1\n");
  back_up("t");
  put_contract("t", R"j({"key": ["id"], "partition": ["w"], "columns": [{"name": "id", "type": "INTEGER"},
                        {"name": "w", "type": "STRING"}]})j");
  load("t", "id,w\n2,x\n");
  const std::string before = version();
  const std::size_t usual = properties();
  restore("t");
  const std::string restored = version();
  EXPECT_EQ(sql("SELECT * FROM t"), "[[1]]");

  history.rollback(workspace_, "t", {.version = before}, actor);
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY id"), R"([[1,null],[2,"x"]])");
  EXPECT_EQ(tables_.contract(workspace_, "t").key, std::vector<std::string>{"id"});
  load("t", "id,w\n3,y\n");
  EXPECT_EQ(sql("SELECT w FROM t ORDER BY id"), R"([[null],["x"],["y"]])");

  // And that is taken back in turn.
  history.rollback(workspace_, "t", {.version = restored}, actor);
  EXPECT_EQ(sql("SELECT * FROM t"), "[[1]]");
  EXPECT_TRUE(tables_.contract(workspace_, "t").key.empty());

  // A contract that was put since, and no restore, stays.
  const std::string there = version();
  put_contract("t", R"j({"columns": [{"name": "id", "type": "INTEGER"}, {"name": "n", "type": "DATE"}]})j");
  load("t", "id,n\n9,2024-01-01\n");
  history.rollback(workspace_, "t", {.version = there}, actor);
  EXPECT_EQ(sql("SELECT * FROM t"), "[[1,null]]");

  // What is remembered goes with the versions that it is for.
  EXPECT_GT(properties(), usual);
  tables_.change_settings(workspace_, "t", {.keep_versions = 1, .keep_for = base::Duration{}, .description = {}});
  EXPECT_GT(expire_versions(parts_, require_state(parts_, workspace_.id, "t").row, progress_), 0);
  EXPECT_EQ(properties(), usual);
}

TEST_F(BackupsTest, AreOfTheTableAsItWasWhenTheyWereAskedFor) {
  put_contract("t",
               R"j({"key": ["id"], "columns": [{"name": "id", "type": "INTEGER"}, {"name": "v", "type": "STRING"}]})j");
  load("t", "id,v\n1,a\n2,b\n");
  const base::SnapshotId asked_for = require_state(parts_, workspace_.id, "t").version();
  const meta::JobRow job = backup_job(parts_, workspace_, "t", {.principal = "tester", .request = {}, .door = "test"});
  load("t", "id,v\n3,c\n");
  put_contract("t", R"j({"columns": [{"name": "id", "type": "INTEGER"}, {"name": "w", "type": "DATE"}]})j");
  load("t", "id,w\n4,2024-01-01\n");
  EXPECT_EQ(run_backup(parts_, backups_, job, progress_).at("version").as_string(), std::to_string(asked_for));
  restore("t");
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY id"), R"([[1,"a"],[2,"b"]])");
  EXPECT_EQ(tables_.contract(workspace_, "t").key, std::vector<std::string>{"id"});
}

TEST_F(BackupsTest, OfATableThatHadNoVersionHaveNoRows) {
  TableState state;
  {
    load("t", "id\n1\n");
    state = require_state(parts_, workspace_.id, "t");
  }
  TableMoment before = moment_of(state);
  before.version = 0;
  const BackupManifest made = backups_.create(workspace_, "t", BackupId(base::uuid_v7()), progress_, before);
  EXPECT_EQ(made.rows, 0);
  EXPECT_EQ(made.version, 0);
}

TEST_F(BackupsTest, SayWhyTheMomentIsGone) {
  put_contract("t", R"j({"description": ")j" + std::string(kMaxCarriedContract, 'x') +
                        R"j(", "columns": [{"name": "id", "type": "INTEGER"}]})j");
  load("t", "id\n1\n");
  const meta::JobRow job = backup_job(parts_, workspace_, "t", {.principal = "tester", .request = {}, .door = "test"});
  EXPECT_EQ(run_backup(parts_, backups_, job, progress_).at("rows").to_number<int>(), 1);

  auto refused = [&](const TableMoment& moment) {
    return error_of([&] { backups_.create(workspace_, "t", BackupId(base::uuid_v7()), progress_, moment); });
  };
  const TableMoment moment = carried(moment_of(require_state(parts_, workspace_.id, "t")));
  EXPECT_FALSE(moment.contract);
  put_contract("t", R"j({"columns": [{"name": "id", "type": "INTEGER"}]})j");
  EXPECT_THAT(refused(moment).message(), HasSubstr("contract has changed"));
  TableMoment expired = moment_of(require_state(parts_, workspace_.id, "t"));
  expired.version = 1;
  EXPECT_THAT(refused(expired).message(), HasSubstr("has expired"));
  tables_.drop(workspace_, "t");
  load("t", "id\n1\n");
  EXPECT_EQ(refused(moment).kind(), ErrorKind::not_found);
}

TEST_F(BackupsTest, GiveColumnsOfOtherTypesNewIds) {
  load("t", "id,v\n1,2\n");
  back_up("t");
  tables_.drop(workspace_, "t");
  load("t", "ID,w,v\n7,x,not a number\n");
  restore("t");
  EXPECT_EQ(sql("SELECT * FROM t"), "[[1,2]]");
  EXPECT_EQ(sql("SELECT column_name FROM (DESCRIBE t)"), R"([["id"],["v"]])");
  // The version before is still what it was.
  const auto versions = tables_.versions(workspace_, "t", {}).at("versions").as_array();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(sql("SELECT v FROM \"t@" + std::string(versions[1].at("version").as_string()) + "\""),
            R"([["not a number"]])");
}

TEST_F(BackupsTest, OfATableWithoutRowsOrVersionsHaveItsColumns) {
  put_contract("t", R"({"columns": [{"name": "id", "type": "INTEGER"}]})");
  const BackupId id = back_up("t");
  EXPECT_EQ(files_in(folder("t", id)), 4U);
  load("t", "id\n1\n");
  EXPECT_EQ(restore("t").rows, 0);
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[0]]");
}

TEST_F(BackupsTest, HappenOnceHoweverOftenTheyAreTried) {
  load("t", "id\n1\n");
  const BackupId id = back_up("t");
  load("t", "id\n2\n");
  // A second try of the same backup is the first one.
  EXPECT_EQ(backups_.create(workspace_, "t", id, progress_).rows, 1);
  const RestoreRequest request = wanted("t");
  const Restored once = backups_.restore(request, progress_);
  load("t", "id\n3\n");
  const std::size_t files = files_in(folder_.path() / "warehouse");
  EXPECT_EQ(backups_.restore(request, progress_).version, once.version);
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[2]]");
  EXPECT_EQ(files_in(folder_.path() / "warehouse"), files);
}

TEST_F(BackupsTest, SayWhatIsWrongWhenDamagedAndChangeNothing) {
  load("t", "id\n1\n");
  const BackupId good = back_up("t");
  load("t", "id\n2\n");
  const std::pair<std::string, std::string> damages[] = {{"part-00001.parquet", "the SHA-256 of part-00001.parquet"},
                                                         {"part-00001.avro", "the SHA-256 of part-00001.avro"},
                                                         {"manifest.json", "manifest.json"},
                                                         {"SHA256SUMS", "manifest.json and SHA256SUMS"}};
  for (const auto& [file, message] : damages) {
    const BackupId id = back_up("t");
    flip_byte(folder("t", id) / file);
    const base::Error error = error_of([&] { restore("t"); });
    EXPECT_EQ(error.kind(), ErrorKind::unprocessable) << file;
    EXPECT_EQ(error.code(), "damaged-backup") << file;
    EXPECT_THAT(error.message(), HasSubstr(message));
    EXPECT_THAT(error.message(), HasSubstr(id.value));
    fs::remove_all(folder("t", id));
  }
  for (const auto& [file, message] :
       {std::pair{"part-00001.avro", "part-00001.avro is missing"}, std::pair{"SHA256SUMS", "SHA256SUMS is missing"}}) {
    const BackupId id = back_up("t");
    fs::remove(folder("t", id) / file);
    EXPECT_THAT(error_of([&] { restore("t", id); }).message(), HasSubstr(message));
    fs::remove_all(folder("t", id));
  }
  const BackupId longer = back_up("t");
  append_byte(folder("t", longer) / "part-00001.parquet");
  EXPECT_THAT(error_of([&] { restore("t", longer); }).message(), HasSubstr("bytes"));
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[2]]");
  EXPECT_EQ(restore("t", good).rows, 1);
}

TEST_F(BackupsTest, CutShortAreNeverOffered) {
  load("t", "id\n1\n");
  const BackupId id = back_up("t");
  fs::remove(folder("t", id) / "manifest.json");
  EXPECT_EQ(listed("t"), 0U);
  EXPECT_EQ(error_of([&] { restore("t"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { restore("t", id); }).kind(), ErrorKind::not_found);
  const BackupId whole = back_up("t");
  backups_.remove_incomplete();
  EXPECT_FALSE(fs::exists(folder("t", id)));
  EXPECT_EQ(listed("t"), 1U);
  // The job that was cut short does it again, under its own id.
  EXPECT_EQ(backups_.create(workspace_, "t", id, progress_).id, id);
  EXPECT_EQ(backups_.find(workspace_, "t", std::nullopt), whole);
}

TEST_F(BackupsTest, StopWhenCancelledAndLeaveNothing) {
  struct Cancelled : Progress {
    void advance(std::int64_t, std::int64_t, std::string_view) override {}
    void log(std::string_view) override {}
    int checks = 0;
    void check() override {
      if (++checks > 1) throw base::Error(ErrorKind::cancelled, "enough");
    }
  } cancelled;
  load("t", "id\n1\n");
  EXPECT_EQ(error_of([&] { backups_.create(workspace_, "t", BackupId(base::uuid_v7()), cancelled); }).kind(),
            ErrorKind::cancelled);
  EXPECT_EQ(files_in(folder_.path() / "backups"), 0U);
  EXPECT_EQ(files_in(folder_.path() / "staging"), 0U);
  back_up("t");
  const std::size_t files = files_in(folder_.path() / "warehouse");
  EXPECT_EQ(error_of([&] { backups_.restore(wanted("t"), cancelled); }).kind(), ErrorKind::cancelled);
  EXPECT_EQ(files_in(folder_.path() / "warehouse"), files);
}

TEST_F(BackupsTest, AreUnknownToOtherWorkspacesAndForUnknownNames) {
  load("t", "id\n1\n");
  const BackupId id = back_up("t");
  workspace_ = make_workspace("other");
  EXPECT_EQ(error_of([&] { restore("t", id); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { listed("t"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { back_up("t"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { restore("../t", BackupId("../" + id.value)); }).kind(), ErrorKind::not_found);
}

TEST_F(BackupsTest, ListPageByPageNewestFirst) {
  load("t", "id\n1\n");
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.insert(made.begin(), back_up("t").value);
  std::vector<std::string> seen;
  Page page{.limit = 2, .token = {}};
  do {
    const boost::json::object answer = backups_.list(workspace_, "t", page);
    for (const auto& backup : answer.at("backups").as_array()) seen.emplace_back(backup.at("id").as_string());
    page.token = answer.contains("next_page_token") ? std::string(answer.at("next_page_token").as_string()) : "";
  } while (!page.token.empty());
  EXPECT_EQ(seen, made);
}

TEST_F(BackupsTest, RunBesideEachOtherAndBesideUploads) {
  load("t", "id\n1\n");
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] { back_up("t"); });
    threads.emplace_back([&] { load("t", "id\n2\n"); });
    threads.emplace_back([&] {
      if (listed("t") > 0) restore("t");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(listed("t"), 3U);
  restore("t");
  EXPECT_GE(std::stoi(sql("SELECT count(*) FROM t").substr(2)), 1);
}

}  // namespace
}  // namespace boathouse::core
