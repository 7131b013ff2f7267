// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

using base::ErrorKind;
using base::TableId;
using What = CommitDuplicate::What;

class CatalogSuite : public MetaStoreSuite {
 protected:
  base::WorkspaceId main_ = add_workspace("main");
};
INSTANTIATE_TEST_SUITE_P(Every, CatalogSuite, every_backend(), backend_name);

TEST_P(CatalogSuite, LocationsMoveTogetherAndOthersStay) {
  base::WorkspaceId workspace = add_workspace("w");
  for (const auto& [name, root] : {std::pair{"in", "file:///old"}, std::pair{"beside", "file:///older"}}) {
    PointerSwap swap = creation(workspace, name);
    swap.create->location = std::string(root) + "/" + name;
    swap.next = swap.create->location + "/metadata/0.json";
    ASSERT_TRUE(is_committed(catalog().commit({.at = 30, .swaps = {swap}})));
  }
  catalog().relocate("file:///old", "file:///a/new");
  EXPECT_EQ(catalog().find_table(workspace, "in")->location, "file:///a/new/in");
  EXPECT_EQ(catalog().find_table(workspace, "in")->metadata_location, "file:///a/new/in/metadata/0.json");
  EXPECT_EQ(catalog().find_table(workspace, "beside")->metadata_location, "file:///older/beside/metadata/0.json");
}

TEST_P(CatalogSuite, ATableIsMadeByItsFirstCommitAndKeepsEveryField) {
  PointerSwap swap = creation(main_, "Sales/Orders");
  swap.create->contract = R"({"columns":[]})";
  swap.create->settings = R"({"keep_versions":3})";
  swap.figures = {.version = 7, .rows = 8, .bytes = 9, .files = 10};
  ASSERT_TRUE(is_committed(catalog().commit({.at = 77, .swaps = {swap}})));
  restart();
  auto row = catalog().find_table(main_, "sales/ORDERS");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->id, swap.table);
  EXPECT_EQ(row->workspace, main_);
  EXPECT_EQ(row->name, "Sales/Orders");
  EXPECT_EQ(row->location, "file:///warehouse/Sales/Orders");
  EXPECT_EQ(row->metadata_location, "Sales/Orders/0");
  EXPECT_EQ(row->contract, R"({"columns":[]})");
  EXPECT_EQ(row->settings, R"({"keep_versions":3})");
  EXPECT_TRUE(row->quarantine_of.empty());
  EXPECT_EQ(row->figures.version, 7);
  EXPECT_EQ(row->figures.rows, 8);
  EXPECT_EQ(row->figures.bytes, 9);
  EXPECT_EQ(row->figures.files, 10);
  EXPECT_EQ(row->created_at, 77);
  EXPECT_EQ(row->updated_at, 77);
  EXPECT_TRUE(catalog().find_table(swap.table));
}

TEST_P(CatalogSuite, ANameIsTakenWithoutRegardToCase) {
  add_table(main_, "orders");
  PointerSwap again = creation(main_, "ORDERS");
  EXPECT_EQ(conflicting(catalog().commit({.at = 1, .swaps = {again}})), again.table);
  EXPECT_FALSE(catalog().find_table(again.table));
  EXPECT_EQ(catalog().find_table(main_, "orders")->name, "orders");
  EXPECT_TRUE(is_committed(catalog().commit({.at = 1, .swaps = {creation(add_workspace("other"), "ORDERS")}})));
}

TEST_P(CatalogSuite, ATableInAWorkspaceThatIsGoneIsAnError) {
  PointerSwap swap = creation(base::WorkspaceId("nowhere"), "t");
  EXPECT_EQ(error_of([&] { catalog().commit({.at = 1, .swaps = {swap}}); }), ErrorKind::not_found);
  EXPECT_FALSE(catalog().find_table(swap.table));
}

TEST_P(CatalogSuite, APointerMovesOnlyFromWhereItIs) {
  TableId table = add_table(main_, "t");
  PointerSwap swap{.table = table, .expected = "t/0", .next = "t/1", .figures = {.version = 5, .rows = 6}};
  ASSERT_TRUE(is_committed(catalog().commit({.at = 40, .swaps = {swap}})));
  EXPECT_EQ(catalog().find_table(table)->metadata_location, "t/1");
  EXPECT_EQ(catalog().find_table(table)->figures.rows, 6);
  EXPECT_EQ(catalog().find_table(table)->updated_at, 40);
  EXPECT_EQ(catalog().find_table(table)->created_at, 30);
  swap.next = "t/2";
  EXPECT_EQ(conflicting(catalog().commit({.at = 41, .swaps = {swap}})), table);
  EXPECT_EQ(catalog().find_table(table)->metadata_location, "t/1");
  EXPECT_EQ(catalog().find_table(table)->updated_at, 40);
}

TEST_P(CatalogSuite, ASwapOfATableThatIsGoneConflicts) {
  TableId table = add_table(main_, "t");
  ASSERT_TRUE(catalog().drop_table(table, std::nullopt));
  add_table(main_, "u");
  EXPECT_EQ(conflicting(catalog().commit({.at = 1, .swaps = {{.table = table, .expected = "t/0", .next = "t/1"}}})),
            table);
}

TEST_P(CatalogSuite, SeveralTablesMoveTogetherOrNotAtAll) {
  TableId a = add_table(main_, "a");
  TableId b = add_table(main_, "b");
  CatalogCommit commit{
      .at = 1,
      .swaps = {{.table = a, .expected = "a/0", .next = "a/1"}, {.table = b, .expected = "x", .next = "b/1"}},
      .batches = {batch("b-1")}};
  EXPECT_EQ(conflicting(catalog().commit(commit)), b);
  EXPECT_EQ(catalog().find_table(a)->metadata_location, "a/0");
  EXPECT_FALSE(catalog().find_batch(base::BatchId("b-1")));
  commit.swaps[1].expected = "b/0";
  EXPECT_TRUE(is_committed(catalog().commit(commit)));
  EXPECT_EQ(catalog().find_table(a)->metadata_location, "a/1");
  EXPECT_EQ(catalog().find_table(b)->metadata_location, "b/1");
}

TEST_P(CatalogSuite, ACommitMaySetOrRemoveTheContract) {
  TableId table = add_table(main_, "t");
  auto move = [&](const std::string& from, const std::string& to, std::optional<std::string> contract) {
    PointerSwap swap{.table = table, .expected = from, .next = to, .contract = std::move(contract)};
    ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .swaps = {swap}})));
  };
  move("t/0", "t/1", "{1}");
  EXPECT_EQ(catalog().find_table(table)->contract, "{1}");
  move("t/1", "t/2", std::nullopt);
  EXPECT_EQ(catalog().find_table(table)->contract, "{1}");
  move("t/2", "t/3", "");
  EXPECT_EQ(catalog().find_table(table)->contract, "");
}

TEST_P(CatalogSuite, AReplayIsSeenBeforeAConflict) {
  TableId table = add_table(main_, "t");
  IdempotencyRow key{.scope = "s", .key = "k", .body_hash = "h", .status = 200, .answer = "{}", .expires_at = 1000};
  CatalogCommit commit{.at = 1,
                       .swaps = {{.table = table, .expected = "t/0", .next = "t/1"}},
                       .batches = {batch("b-1")},
                       .idempotency = key,
                       .landing = LandingAdvance{{"node-a", main_, "t", 10}, 0}};
  ASSERT_TRUE(is_committed(catalog().commit(commit)));
  EXPECT_EQ(duplicate(catalog().commit(commit)), What::batch);
  commit.batches = {batch("b-2")};
  EXPECT_EQ(duplicate(catalog().commit(commit)), What::landing);
  commit.landing->row.node = "node-b";
  EXPECT_EQ(duplicate(catalog().commit(commit)), What::idempotency);
  commit.idempotency->key = "k2";
  EXPECT_EQ(conflicting(catalog().commit(commit)), table);
  EXPECT_FALSE(catalog().find_batch(base::BatchId("b-2")));
  ASSERT_EQ(catalog().landings("node-a").size(), 1U);
  EXPECT_EQ(catalog().landings("node-a")[0].position, 10);
  EXPECT_TRUE(catalog().landings("node-b").empty());
}

TEST_P(CatalogSuite, ALandingLogAdvancesOnlyFromWhereItIs) {
  auto advance = [&](std::string table, std::int64_t from, std::int64_t to) {
    CatalogCommit commit{.at = 1};
    commit.landing = LandingAdvance{{"node", main_, std::move(table), to}, from};
    return catalog().commit(commit);
  };
  ASSERT_TRUE(is_committed(advance("a", 0, 5)));
  EXPECT_EQ(duplicate(advance("a", 0, 5)), What::landing);
  EXPECT_EQ(duplicate(advance("a", 4, 9)), What::landing);
  EXPECT_TRUE(is_committed(advance("a", 5, 9)));
  EXPECT_TRUE(is_committed(advance("b", 0, 7)));
  auto rows = catalog().landings("node");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].workspace, main_);
  EXPECT_EQ(rows[0].table, "a");
  EXPECT_EQ(rows[0].position, 9);
  EXPECT_EQ(rows[1].position, 7);
}

TEST_P(CatalogSuite, TheAnswersOfALandingComeWithIt) {
  IdempotencyRow first{.scope = "s", .key = "1", .body_hash = "h", .status = 200, .answer = "a", .expires_at = 1000};
  IdempotencyRow second = first;
  second.key = "2";
  CatalogCommit commit{.at = 1};
  commit.landing = LandingAdvance{{"node", main_, "t", 5}, 0, {first}};
  ASSERT_TRUE(is_committed(catalog().commit(commit)));
  first.answer = "b";
  commit.landing = LandingAdvance{{"node", main_, "t", 9}, 5, {first, second}};
  ASSERT_TRUE(is_committed(catalog().commit(commit)));
  EXPECT_EQ(catalog().find_idempotency("s", "1", 1)->answer, "a") << "the first answer stays";
  EXPECT_EQ(catalog().find_idempotency("s", "2", 1)->answer, "a");
  commit.landing->from = 5;
  commit.landing->answers[0].key = "3";
  EXPECT_EQ(duplicate(catalog().commit(commit)), What::landing);
  EXPECT_FALSE(catalog().find_idempotency("s", "3", 1));
}

TEST_P(CatalogSuite, ABatchIsFoundByIdAndByRequest) {
  BatchRow row = batch("b-1");
  row.request = base::RequestId("req-7");
  row.principal = "ada";
  row.door = "native";
  row.file_name = "x.csv";
  row.mode = "append";
  row.branch = "b";
  row.rows_received = 3;
  row.rows_accepted = 2;
  row.rows_rejected = 1;
  row.version = 99;
  BatchRow earlier = batch("b-2");
  earlier.request = row.request;
  earlier.at = 4;
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .batches = {row, earlier, batch("b-3")}})));
  auto found = catalog().find_batch(row.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->principal, "ada");
  EXPECT_EQ(found->file_name, "x.csv");
  EXPECT_EQ(found->branch, "b");
  EXPECT_EQ(found->rows_received, 3);
  EXPECT_EQ(found->rows_accepted, 2);
  EXPECT_EQ(found->rows_rejected, 1);
  EXPECT_EQ(found->version, 99);
  auto of_request = catalog().find_batches(row.request);
  ASSERT_EQ(of_request.size(), 2u);
  EXPECT_EQ(of_request[0].id, earlier.id);
  EXPECT_EQ(of_request[1].id, row.id);
}

TEST_P(CatalogSuite, AnIdempotencyKeyLivesUntilItExpires) {
  IdempotencyRow row{.scope = "s", .key = "k", .body_hash = "h1", .status = 200, .answer = "first", .expires_at = 100};
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .idempotency = row})));
  EXPECT_EQ(catalog().find_idempotency("s", "k", 99)->answer, "first");
  EXPECT_EQ(catalog().find_idempotency("s", "k", 99)->status, 200);
  EXPECT_FALSE(catalog().find_idempotency("s", "k", 100));
  EXPECT_FALSE(catalog().find_idempotency("other", "k", 1));
  row.answer = "second";
  row.expires_at = 300;
  EXPECT_EQ(duplicate(catalog().commit({.at = 99, .idempotency = row})), What::idempotency);
  EXPECT_TRUE(is_committed(catalog().commit({.at = 100, .idempotency = row})));
  EXPECT_EQ(catalog().find_idempotency("s", "k", 100)->answer, "second");
  EXPECT_EQ(catalog().purge_idempotency(299, 10, 10), 0);
  EXPECT_EQ(catalog().purge_idempotency(300, 10, 10), 1);
}

TEST_P(CatalogSuite, TheOldestIdempotencyKeysGoFirst) {
  for (int n = 0; n < 10; ++n) {
    IdempotencyRow row{.scope = "s", .key = fmt::format("k{}", n), .expires_at = 1000 + n * 7 % 10};
    ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .idempotency = row})));
  }
  auto there = [&] {
    std::string keys;
    for (int n = 0; n < 10; ++n) keys += catalog().find_idempotency("s", fmt::format("k{}", n), 1) ? "x" : ".";
    return keys;
  };
  EXPECT_EQ(catalog().purge_idempotency(1, 10, 10), 0) << "as many as may be";
  EXPECT_EQ(catalog().purge_idempotency(1, 9, 10), 1);
  EXPECT_EQ(there(), ".xxxxxxxxx");
  EXPECT_EQ(catalog().purge_idempotency(1, 5, 3), 3) << "no more at once";
  EXPECT_EQ(catalog().purge_idempotency(1, 5, 3), 1);
  EXPECT_EQ(catalog().purge_idempotency(1, 5, 3), 0);
  EXPECT_EQ(there(), ".x..xx.xx.") << "those that expire at 1005 to 1009";
  EXPECT_EQ(catalog().purge_idempotency(1007, 0, 2), 2) << "all of them by number, two at once";
  EXPECT_EQ(catalog().purge_idempotency(1008, 10, 10), 2);
  EXPECT_EQ(there(), ".......x..");
}

TEST_P(CatalogSuite, JobsComeWithTheCommitOrNotAtAll) {
  JobRow job{.id = base::JobId("j-1"), .kind = "profile", .workspace = main_, .object = "t"};
  PointerSwap swap = creation(main_, "t");
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .swaps = {swap}, .jobs = {job}})));
  EXPECT_EQ(store().jobs().find_job(job.id)->kind, "profile");
  job.id = base::JobId("j-2");
  EXPECT_TRUE(conflicting(catalog().commit({.at = 1, .swaps = {swap}, .jobs = {job}})));
  EXPECT_FALSE(store().jobs().find_job(job.id));
}

TEST_P(CatalogSuite, AQuarantineBelongsToItsTable) {
  PointerSwap table = creation(main_, "t");
  PointerSwap quarantine = creation(main_, "t__quarantine");
  quarantine.create->quarantine_of = table.table;
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .swaps = {table, quarantine}})));
  EXPECT_EQ(catalog().find_quarantine(table.table)->id, quarantine.table);
  EXPECT_FALSE(catalog().find_quarantine(quarantine.table));
  EXPECT_EQ(catalog().list_tables(main_, {}).size(), 1u);
  EXPECT_EQ(catalog().list_tables(main_, {.quarantines = true}).size(), 2u);
  EXPECT_EQ(catalog().usage(main_).tables, 1);

  PointerSwap second = creation(main_, "u__quarantine");
  second.create->quarantine_of = table.table;
  EXPECT_EQ(conflicting(catalog().commit({.at = 1, .swaps = {second}})), second.table);
  second.create->quarantine_of = TableId("no-such-table");
  EXPECT_EQ(conflicting(catalog().commit({.at = 1, .swaps = {second}})), second.table);

  ASSERT_TRUE(catalog().drop_table(table.table, std::nullopt));
  EXPECT_FALSE(catalog().find_table(quarantine.table));
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .swaps = {table, quarantine}})));
}

TEST_P(CatalogSuite, ADropMayAskForThePointerItSaw) {
  TableId table = add_table(main_, "t");
  JobRow job{.id = base::JobId("j"), .kind = "remove", .workspace = main_};
  EXPECT_FALSE(catalog().drop_table(table, "t/9", {job}));
  EXPECT_TRUE(catalog().find_table(table));
  EXPECT_FALSE(store().jobs().find_job(job.id));
  EXPECT_TRUE(catalog().drop_table(table, "t/0", {job}));
  EXPECT_FALSE(catalog().find_table(table));
  EXPECT_TRUE(store().jobs().find_job(job.id));
  EXPECT_FALSE(catalog().drop_table(table, std::nullopt));
}

TEST_P(CatalogSuite, TablesAreListedByPrefixAndPage) {
  for (const char* name : {"b", "a/2", "A/1", "a%", "a_b", "ab"}) add_table(main_, name);
  add_table(add_workspace("other"), "a/3");
  auto names = [&](const TableListing& listing) {
    std::string text;
    for (const TableRow& row : catalog().list_tables(main_, listing)) text += row.name + " ";
    return text;
  };
  EXPECT_EQ(names({}), "a% A/1 a/2 a_b ab b ");
  EXPECT_EQ(names({.prefix = "A/"}), "A/1 a/2 ");
  EXPECT_EQ(names({.prefix = "a%"}), "a% ");
  EXPECT_EQ(names({.prefix = "a_"}), "a_b ");
  EXPECT_EQ(names({.limit = 2}), "a% A/1 ");
  EXPECT_EQ(names({.after = "A/1", .limit = 2}), "a/2 a_b ");
  EXPECT_EQ(names({.prefix = "a", .after = "ab"}), "");
}

TEST_P(CatalogSuite, AFileNameFindsTheLongestTableName) {
  for (const char* name : {"jobs", "jobs_old", "j", "Äpfel"}) add_table(main_, name);
  auto found = [&](const std::string& text) {
    auto row = catalog().find_longest_prefix(main_, text);
    return row ? row->name : "";
  };
  EXPECT_EQ(found("jobs.csv"), "jobs");
  EXPECT_EQ(found("JOBS_OLD2.csv"), "jobs_old");
  EXPECT_EQ(found("jo.csv"), "j");
  EXPECT_EQ(found("Äpfel-1.csv"), "Äpfel");
  EXPECT_EQ(found("departments.csv"), "");
  EXPECT_EQ(found(""), "");
}

TEST_P(CatalogSuite, UsageCountsBytesOfQuarantinesToo) {
  EXPECT_EQ(catalog().usage(main_).bytes, 0);
  PointerSwap table = creation(main_, "t");
  table.figures.bytes = 100;
  PointerSwap quarantine = creation(main_, "t__quarantine");
  quarantine.create->quarantine_of = table.table;
  quarantine.figures.bytes = 11;
  catalog().commit({.at = 1, .swaps = {table, quarantine}});
  EXPECT_EQ(catalog().usage(main_).tables, 1);
  EXPECT_EQ(catalog().usage(main_).bytes, 111);
}

TEST_P(CatalogSuite, ContractAndSettingsChangeWithoutACommit) {
  TableId table = add_table(main_, "t");
  EXPECT_TRUE(catalog().update_contract(table, "{c}", 50));
  EXPECT_TRUE(catalog().update_settings(table, "{s}", 51));
  EXPECT_EQ(catalog().find_table(table)->contract, "{c}");
  EXPECT_EQ(catalog().find_table(table)->settings, "{s}");
  EXPECT_EQ(catalog().find_table(table)->updated_at, 51);
  EXPECT_FALSE(catalog().update_contract(TableId("x"), "", 1));
  EXPECT_FALSE(catalog().update_settings(TableId("x"), "", 1));
}

// Every thread moves the pointer from what it read. Whoever wins adds one; nothing is lost and nobody wins twice.
TEST_P(CatalogSuite, OfManyThatMoveOnePointerExactlyOneWinsEachRound) {
  constexpr int kThreads = 8;
  constexpr int kWinsEach = 25;
  TableId table = add_table(main_, "t");
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int won = 0; won < kWinsEach;) {
        auto row = catalog().find_table(table);
        std::string id = std::to_string(thread) + "-" + std::to_string(won);
        PointerSwap swap{.table = table, .expected = row->metadata_location, .next = "t/" + id};
        swap.figures.rows = row->figures.rows + 1;
        auto result = catalog().commit({.at = 1, .swaps = {swap}, .batches = {batch(id)}});
        if (is_committed(result))
          ++won;
        else
          ++conflicts;
        ASSERT_FALSE(duplicate(result));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(catalog().find_table(table)->figures.rows, kThreads * kWinsEach);
  for (int thread = 0; thread < kThreads; ++thread) {
    for (int won = 0; won < kWinsEach; ++won) {
      EXPECT_TRUE(catalog().find_batch(base::BatchId(std::to_string(thread) + "-" + std::to_string(won))));
    }
  }
}

TEST_P(CatalogSuite, OfManyThatMakeOneTableOneDoes) {
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      PointerSwap swap = creation(main_, "t");
      swap.table = swap.create->id = TableId("id-" + std::to_string(thread));
      made += is_committed(catalog().commit({.at = 1, .swaps = {swap}}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace boathouse::meta
