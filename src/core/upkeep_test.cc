// SPDX-License-Identifier: Apache-2.0
#include "core/upkeep.h"

#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "base/names.h"
#include "core/core_fixture.h"
#include "core/ingest_stages.h"
#include "core/table_state.h"
#include "iceberg/retention.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

class UpkeepTest : public CoreTest {
 protected:
  TableState state(const std::string& table) { return require_state(parts_, workspace_.id, table); }
  std::string location(const std::string& table) { return state(table).row.location; }
  std::set<std::string> files(const std::string& folder) {
    std::set<std::string> found;
    for (const store::ObjectInfo& file : store_.list(folder)) found.insert(file.location);
    return found;
  }
  void keep(const std::string& table, std::int64_t versions, base::Micros keep_for = 0) {
    tables_.change_settings(
        workspace_, table, {.keep_versions = versions, .keep_for = base::Duration{keep_for, false}, .description = {}});
  }
  std::int64_t expire(const std::string& table) { return expire_versions(parts_, state(table).row, progress_); }
  Compacted compact(const std::string& table) {
    return boathouse::core::compact(parts_, state(table).row, options_, progress_);
  }
  RemovedFiles remove(const std::string& folder) {
    return remove_unreferenced(parts_, workspace_.id, folder, options_, progress_);
  }
  // Every file that any version needs, and no other, but for metadata files.
  void expect_nothing_more_nor_less(const std::string& table) {
    iceberg::ReachableFiles reachable(store_);
    reachable.add(*state(table).metadata, [] {});
    for (const std::string& file : files(location(table))) {
      EXPECT_TRUE(file.ends_with(".metadata.json") || reachable.contains(file)) << file;
    }
    const auto metadata = state(table).metadata;
    for (const auto& version : metadata->snapshots) {
      sql(fmt::format("SELECT count(*) FROM \"{}@{}\"", table, version->id()));
    }
  }

  UpkeepOptions options_{.file_grace = 0, .target_file_bytes = 128 << 20, .wait_for_uses = 0};
  NoProgress progress_;
};

TEST_F(UpkeepTest, VersionsBeyondBothLimitsExpire) {
  for (int i = 1; i <= 6; ++i) load("t", "id\n" + std::to_string(i) + "\n");
  EXPECT_EQ(expire("t"), 0) << "the defaults keep them";
  keep("t", 3, base::kDay);
  EXPECT_EQ(expire("t"), 0) << "they are young";
  keep("t", 6);
  EXPECT_EQ(expire("t"), 0) << "there are no more than may stay";
  keep("t", 5);
  EXPECT_EQ(expire("t"), 1);
  history_.create_tag(workspace_, "t", "kept", std::to_string(state("t").metadata->snapshots.front()->id()));
  keep("t", 1);
  EXPECT_EQ(expire("t"), 3);
  EXPECT_EQ(state("t").metadata->snapshots.size(), 2U);
  EXPECT_EQ(sql("SELECT count(*) FROM \"t@kept\""), "[[2]]");
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[6]]");
  load("t", "id\n7\n");
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[7]]");
}

TEST_F(UpkeepTest, FilesOfExpiredVersionsGo) {
  std::string folder;
  for (int i = 1; i <= 30; ++i) load("t", "id,n\n1," + std::to_string(i) + "\n", WriteMode::upsert, {"id"});
  folder = location("t");
  EXPECT_EQ(remove(folder).files, 30 - 21) << "metadata files, but for the current one and the newest 20 before it";
  EXPECT_EQ(remove(folder).files, 0);
  keep("t", 2);
  EXPECT_EQ(expire("t"), 28);
  RemovedFiles removed = remove(folder);
  EXPECT_GT(removed.files, 28 * 3);
  EXPECT_GT(removed.bytes, 0);
  EXPECT_EQ(removed.waiting, 0);
  expect_nothing_more_nor_less("t");
  EXPECT_EQ(sql("SELECT * FROM t"), "[[1,30]]");
  EXPECT_LE(files(folder).size(), 2 * 4 + 22U);
}

TEST_F(UpkeepTest, TheGraceTimeCountsFromTheLastReference) {
  load("t", "id\n1\n");
  load("t", "id\n2\n", WriteMode::replace);
  keep("t", 1);
  EXPECT_EQ(expire("t"), 1);
  options_.file_grace = base::kHour;
  RemovedFiles removed = remove(location("t"));
  EXPECT_EQ(removed.files, 0);
  EXPECT_GE(removed.waiting, 3) << "a manifest list, a manifest, a data file";
  EXPECT_EQ(remove(location("t")).waiting, removed.waiting) << "what waits is remembered, and does not wait itself";
  // As if the hour had passed: the moment is kept in the folder.
  options_.file_grace = 1;
  EXPECT_EQ(remove(location("t")).files, removed.waiting);
  expect_nothing_more_nor_less("t");
}

TEST_F(UpkeepTest, NoFileGoesThatSomethingRunningMayNeed) {
  load("t", "id\n1\n");
  auto query = std::make_unique<FileUses::Use>(uses_.begin(workspace_.id));
  load("t", "id\n2\n", WriteMode::replace);
  keep("t", 1);
  expire("t");
  std::set<std::string> before = files(location("t"));
  EXPECT_EQ(remove(location("t")).files, 0);
  std::set<std::string> after = files(location("t"));
  EXPECT_TRUE(std::includes(after.begin(), after.end(), before.begin(), before.end()));
  query.reset();
  {
    FileUses::Pause pause = uses_.pause_removal();
    EXPECT_EQ(remove(location("t")).files, 0);
  }
  FileUses::Use another_workspace = uses_.begin(base::WorkspaceId("other"));
  EXPECT_GT(remove(location("t")).files, 0);
  expect_nothing_more_nor_less("t");
}

TEST_F(UpkeepTest, WhatABrokenCommitLeftGoes) {
  load("t", "id\n1\n");
  std::string orphan = location("t") + "/data/orphan.parquet";
  store_.put(orphan, "rows that no version has");
  store_.put(location("t") + "/data/day=1/deep.parquet", "the same");
  FileUses::Use commit = uses_.begin(workspace_.id);
  EXPECT_EQ(remove(location("t")).files, 0) << "it may belong to a commit in flight";
  commit = {};
  EXPECT_EQ(remove(location("t")).files, 2);
  EXPECT_FALSE(store_.exists(orphan));
  expect_nothing_more_nor_less("t");
}

TEST_F(UpkeepTest, NothingOutsideTheFolderIsTouched) {
  load("t", "id\n1\n");
  load("other", "id\n1\n");
  auto outside = folder_.path() / "outside";
  std::filesystem::create_directory(outside);
  std::ofstream(outside / "precious.parquet") << "x";
  auto folder = store::path_of(location("t"));
  std::filesystem::create_directory_symlink(outside, folder / "data" / "link");
  std::filesystem::create_symlink(outside / "precious.parquet", folder / "data" / "link.parquet");
  std::set<std::string> others = files(location("other"));
  EXPECT_EQ(remove(location("t")).files, 0);
  EXPECT_TRUE(std::filesystem::exists(outside / "precious.parquet"));
  EXPECT_EQ(files(location("other")), others);
}

TEST_F(UpkeepTest, AFolderWhoseTableIsGoneIsEmptied) {
  load("t", "id\n1\n");
  std::string folder = location("t");
  tables_.drop(workspace_, "t");
  options_.file_grace = base::kHour;
  EXPECT_EQ(remove(folder).files, 0);
  options_.file_grace = 0;
  EXPECT_GT(remove(folder).files, 3);
  EXPECT_EQ(files(folder).size(), 0U);
  EXPECT_FALSE(std::filesystem::exists(store::path_of(folder)));
  EXPECT_EQ(remove(folder).files, 0);
}

TEST_F(UpkeepTest, SmallFilesBecomeOne) {
  for (int i = 1; i <= 20; ++i) load("t", fmt::format("id,n\n{},{}\n{},{}\n", i, i, i + 100, i));
  std::string before = sql("SELECT * FROM t ORDER BY ALL");
  Compacted done = compact("t");
  EXPECT_EQ(done.files_before, 20);
  EXPECT_EQ(done.files_after, 1);
  EXPECT_EQ(state("t").row.figures.files, 1);
  EXPECT_EQ(state("t").row.figures.rows, 40);
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY ALL"), before);
  EXPECT_EQ(sql("SELECT id FROM t LIMIT 4"), "[[1],[101],[2],[102]]") << "rows keep their order";
  auto versions = tables_.versions(workspace_, "t", {}).at("versions").as_array();
  EXPECT_EQ(versions[0].at("operation"), "replace");
  EXPECT_EQ(versions[0].at("by"), "maintenance");
  EXPECT_EQ(versions[0].at("rows"), 40);
  EXPECT_EQ(compact("t").files_before, 0) << "there is nothing left to do";
  keep("t", 1);
  expire("t");
  EXPECT_GT(remove(location("t")).files, 40);
  expect_nothing_more_nor_less("t");
}

TEST_F(UpkeepTest, LargeRowsAreMergedInSmallRowGroupsAndStayInOrder) {
  int id = 0;
  for (int i = 0; i < 16; ++i) {
    std::string rows = "id,text\n";
    for (int row = 0; row < 500; ++row) rows += fmt::format("{},{}\n", id++, std::string(8000, 'x'));
    load("t", rows);
  }
  EXPECT_EQ(compact("t").files_after, 1);
  iceberg::Scan scan = iceberg::plan_scan(cache_, state("t").metadata, state("t").head());
  std::string path = store::path_of(scan.files.front().data->file.path);
  auto groups =
      background_lease(parts_, workspace_.id)
          .execute({"SELECT max(row_group_num_rows) FROM parquet_metadata(" + base::quote_string(path) + ")"});
  EXPECT_LT(groups.front().rows.at(0).at(0).to_number<std::int64_t>(), 4096)
      << "2048, and what came with the last of them";
  EXPECT_EQ(sql("SELECT count(*) FROM (SELECT id, row_number() OVER () AS n FROM t) WHERE id <> n - 1"), "[[0]]");
}

TEST_F(UpkeepTest, DeletedRowsLeaveTheFiles) {
  std::string rows = "id,n\n";
  for (int i = 0; i < 1000; ++i) rows += fmt::format("{},0\n", i);
  load("t", rows);
  load("t", "id,n\n5000,0\n");
  for (int turn = 1; turn <= 30; ++turn) {
    load("t", fmt::format("id,n\n{},{}\n{},{}\n5000,{}\n", turn, turn, turn + 500, turn, turn), WriteMode::upsert,
         {"id"});
  }
  std::string before = sql("SELECT * FROM t ORDER BY id");
  Compacted done = compact("t");
  EXPECT_GT(done.files_before, 30);
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY id"), before);
  TableState after = state("t");
  EXPECT_EQ(after.row.figures.rows, 1001);
  EXPECT_EQ(sql("SELECT sum(rows) FROM \"t$files\" WHERE content = 'data'"), "[[1001]]");
  EXPECT_EQ(after.row.figures.files, 1) << "one data file, no deletes";
  load("t", "id,n\n7,700\n5000,7\n", WriteMode::upsert, {"id"});
  EXPECT_EQ(sql("SELECT n FROM t WHERE id IN (7, 5000) ORDER BY id"), "[[700],[7]]");
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT id) FROM t"), "[[1001,1001]]");
}

TEST_F(UpkeepTest, PartitionsAndEvolvedColumnsSurviveCompaction) {
  put_contract(
      "p",
      R"({"partition":["k"],"key":["id"],"columns":[{"name":"id","type":"INTEGER"},{"name":"k","type":"STRING"}]})");
  for (int i = 0; i < 17; ++i) load("p", fmt::format("id,k\n{},a/b\n{},\n", i, i + 100));
  put_contract("p",
               R"({"partition":["k"],"key":["id"],"columns":[{"name":"id","type":"BIGINT"},{"name":"k","type":"STRING"},
    {"name":"more","type":"STRING"}]})");
  load("p", "id,k,more\n3,a/b,x\n5000000000,c,y\n", WriteMode::upsert);
  std::string before = sql("SELECT * FROM p ORDER BY id");
  EXPECT_GT(compact("p").files_before, 30);
  EXPECT_EQ(sql("SELECT * FROM p ORDER BY id"), before);
  EXPECT_EQ(sql("SELECT count(*) FROM p WHERE k IS NULL"), "[[17]]");
  EXPECT_EQ(state("p").row.figures.rows, 35);
  EXPECT_LE(state("p").row.figures.files, 5);
}

TEST_F(UpkeepTest, CompactionGivesWayToCommits) {
  for (int i = 1; i <= 16; ++i) load("t", fmt::format("id,n\n{},0\n", i));
  // A commit comes while files are rewritten: after the first check of each plan.
  struct Meddling : Progress {
    std::function<void()> meddle;
    void advance(std::int64_t, std::int64_t, std::string_view) override {}
    void log(std::string_view) override {}
    void check() override { meddle(); }
  } meddling;
  int turn = 0;
  meddling.meddle = [&] {
    if (++turn == 2) load("t", "id,n\n100,0\n");                          // an append is no hindrance
    if (turn == 2) load("t", "id,n\n3,33\n", WriteMode::upsert, {"id"});  // this one is
  };
  Compacted done = boathouse::core::compact(parts_, state("t").row, options_, meddling);
  EXPECT_GE(done.files_before, 16) << "planned anew";
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT id), sum(n) FROM t"), "[[17,17,33]]");
  keep("t", 1);
  expire("t");
  remove(location("t"));
  expect_nothing_more_nor_less("t");
}

// Readers and writers go on while everything that can go goes at once.
TEST_F(UpkeepTest, GoesOnBesideCommitsAndQueries) {
  load("t", "id,n\n0,0\n");
  keep("t", 2);
  options_.wait_for_uses = 100 * base::kMillisecond;
  std::atomic<bool> stop = false;
  std::atomic<int> queries = 0;
  std::thread upkeep([&] {
    while (!stop) {
      compact("t");
      expire("t");
      remove(location("t"));
    }
  });
  std::thread reader([&] {
    while (!stop) {
      EXPECT_NE(sql("SELECT count(*), sum(n) FROM t"), "[]");
      ++queries;
    }
  });
  for (int i = 1; i <= 60; ++i) {
    load("t", fmt::format("id,n\n{},{}\n0,{}\n", i, i, i), WriteMode::upsert, {"id"});
  }
  stop = true;
  upkeep.join();
  reader.join();
  EXPECT_GT(queries, 0);
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT id) FROM t"), "[[61,61]]");
  expire("t");
  remove(location("t"));
  EXPECT_EQ(state("t").metadata->snapshots.size(), 2U);
  expect_nothing_more_nor_less("t");
}

}  // namespace
}  // namespace boathouse::core
