// SPDX-License-Identifier: Apache-2.0
// Batches into branches, each with its own columns.
#include <thread>

#include "core/core_fixture.h"
#include "core/last_upload.h"
#include "core/relation.h"
#include "core/upkeep.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

using base::ErrorKind;

class BranchesTest : public CoreTest {
 protected:
  TableState on(const std::string& table, const std::string& branch) {
    return on_branch(require_state(parts_, workspace_.id, table), branch);
  }
  // As a door whose branches come to be by their first rows.
  Outcome save(const std::string& table, const std::string& branch, std::string_view csv,
               WriteMode mode = WriteMode::append, Shape columns = Shape::of_branch) {
    IngestRequest wanted = request(table);
    wanted.branch = branch;
    wanted.make_branch = true;
    wanted.mode = mode;
    wanted.columns = columns;
    if (mode == WriteMode::upsert) wanted.key = {"id"};
    return send(std::move(wanted), csv).outcome;
  }
  static std::string version_in(const boost::json::object& ref) { return std::string(ref.at("version").as_string()); }
  std::string rows(const std::string& reference) { return sql("SELECT * FROM \"" + reference + "\" ORDER BY ALL"); }
  std::string columns(const iceberg::Schema& schema) {
    std::string names;
    for (const iceberg::Field& field : schema.fields()) names += (names.empty() ? "" : " ") + field.name;
    return names;
  }
};

TEST_F(BranchesTest, RowsGoToTheBranchThatIsNamed) {
  load("t", "id,n\n1,1\n");
  auto main_version = on("t", "main").version();
  Outcome made = save("t", "b", "id,n\n2,2\n");
  EXPECT_EQ(made.rows_accepted, 1);
  EXPECT_EQ(made.version, on("t", "b").version());
  EXPECT_EQ(on("t", "main").version(), main_version);
  EXPECT_EQ(rows("t"), "[[1,1]]") << "and a new branch begins empty";
  EXPECT_EQ(rows("t@b"), "[[2,2]]");
  save("t", "b", "id,n\n2,20\n3,30\n", WriteMode::upsert);
  EXPECT_EQ(rows("t@b"), "[[2,20],[3,30]]");
  EXPECT_EQ(rows("t"), "[[1,1]]");
  save("t", "b", "id,n\n4,4\n", WriteMode::replace);
  EXPECT_EQ(rows("t@b"), "[[4,4]]");
  EXPECT_EQ(require_state(parts_, workspace_.id, "t").row.figures.rows, 1);
}

TEST_F(BranchesTest, ABranchThatIsNotThereIsRefused) {
  load("t", "id\n1\n");
  history_.create_tag(workspace_, "t", "v1", std::nullopt);
  for (const char* branch : {"b", "v1", "MAIN", ""}) {
    IngestRequest wanted = request("t");
    wanted.branch = branch;
    EXPECT_EQ(error_of([&] { send(std::move(wanted), "id\n2\n"); }).kind(), ErrorKind::not_found) << branch;
  }
  IngestRequest fresh = request("new");
  fresh.branch = "b";
  EXPECT_EQ(error_of([&] { send(std::move(fresh), "id\n2\n"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { save("t", "v1", "id\n2\n"); }).kind(), ErrorKind::invalid_argument) << "a tag has the name";
  EXPECT_EQ(rows("t"), "[[1]]");
}

TEST_F(BranchesTest, ATableMayBeginOnABranch) {
  save("t", "key-a", "id,x\n1,one\n");
  TableState main = on("t", "main");
  ASSERT_NE(main.head(), nullptr);
  EXPECT_TRUE(is_placeholder(main.head()));
  EXPECT_EQ(main.rows(), 0);
  EXPECT_EQ(rows("t@key-a"), R"([[1,"one"]])");
  load("t", "y\n1.5\n");
  EXPECT_EQ(rows("t"), "[[1.5]]") << "main's first batch says what main's columns are";
  EXPECT_FALSE(is_placeholder(on("t", "main").head()));
  load("t", "y\n2.5\n");
  EXPECT_EQ(rows("t"), "[[1.5],[2.5]]");
  EXPECT_EQ(rows("t@key-a"), R"([[1,"one"]])");
}

TEST_F(BranchesTest, EachBranchKeepsItsShape) {
  load("t", "x,y\n1,a\n");
  save("t", "b", "z,x\n2024-01-01,text\n");
  EXPECT_EQ(sql("SELECT x, y FROM t"), R"([[1,"a"]])");
  EXPECT_EQ(columns(on("t", "main").schema()), "x y");
  EXPECT_EQ(columns(on("t", "b").schema()), "z x");
  EXPECT_EQ(rows("t@b"), R"([["2024-01-01","text"]])");
  iceberg::Schema current = on("t", "main").metadata->schema();
  EXPECT_EQ(columns(current), fmt::format("x y z x__{}", on("t", "b").schema().find("x")->id));

  save("t", "b", "x,more\nother,1\n");
  EXPECT_EQ(columns(on("t", "b").schema()), "z x more");
  EXPECT_EQ(sql("SELECT count(*), count(more) FROM \"t@branch:b\""), "[[2,1]]");
  EXPECT_EQ(columns(on("t", "main").schema()), "x y");
}

TEST_F(BranchesTest, AReplaceMayChangeTheShape) {
  load("t", "x,y\n1,a\n");
  save("t", "b", "x,y\n5,b\n");
  int old = on("t", "main").schema().find("x")->id;
  EXPECT_EQ(on("t", "b").schema().find("x")->id, old) << "the same column has the same id";
  auto before = std::to_string(save("t", "main", "w,x\n1,text\n", WriteMode::replace, Shape::of_batch).version);
  EXPECT_EQ(columns(on("t", "main").schema()), "w x");
  EXPECT_NE(on("t", "main").schema().find("x")->id, old);
  EXPECT_EQ(rows("t"), R"([[1,"text"]])");
  EXPECT_EQ(rows("t@b"), R"([[5,"b"]])");
  EXPECT_NE(on("t", "main").metadata->schema().find(old), nullptr) << "a head has it";
  save("t", "b", "w\n7\n", WriteMode::replace, Shape::of_batch);
  EXPECT_EQ(on("t", "main").metadata->schema().find(old), nullptr) << "no head has it any more";
  EXPECT_EQ(rows("t@b"), "[[7]]");
  EXPECT_EQ(rows("t@" + before), R"([[1,"text"]])");
}

TEST_F(BranchesTest, AReplaceKeepsTheColumnsUnlessAsked) {
  load("t", "x,y\n1,a\n");
  load("t", "x,z\n2,b\n", WriteMode::replace);
  EXPECT_EQ(rows("t"), R"([[2,null,"b"]])");
  EXPECT_EQ(load("t", "x\ntext\n", WriteMode::replace).rows_rejected, 1) << "types stay";
}

TEST_F(BranchesTest, AContractHoldsOnEveryBranch) {
  put_contract("t", R"({"columns": [{"name": "id", "type": "INTEGER", "min": 1}], "key": ["id"]})");
  Outcome outcome = save("t", "b", "id\n1\n0\n");
  EXPECT_EQ(outcome.rows_accepted, 1);
  EXPECT_EQ(outcome.rows_rejected, 1);
  EXPECT_EQ(error_of([&] { save("t", "b", "other\n1\n", WriteMode::replace, Shape::of_batch); }).kind(),
            ErrorKind::invalid_argument)
      << "no batch takes its own columns where a contract says them";
  // The row that was sent to b goes there when it is corrected.
  auto listed = boost::json::parse(quarantine_.list(workspace_, "t", {}, {})).at("rows").as_array();
  ASSERT_EQ(listed.size(), 1U);
  IngestRequest again = request("t");
  quarantine_.resubmit(std::move(again), std::nullopt,
                       {{.id = std::string(listed[0].at("id").as_string()), .data = boost::json::object{{"id", 3}}}});
  EXPECT_EQ(rows("t@b"), "[[1],[3]]");
  EXPECT_EQ(rows("t"), "[]");
}

TEST_F(BranchesTest, RowsOfSeveralBranchesAreNotCorrectedTogether) {
  put_contract("t", R"({"columns": [{"name": "id", "type": "INTEGER", "min": 1}]})");
  save("t", "main", "id\n0\n");
  save("t", "b", "id\n-1\n");
  std::vector<Correction> both;
  auto listed = boost::json::parse(quarantine_.list(workspace_, "t", {}, {}));
  for (const auto& row : listed.at("rows").as_array()) {
    both.push_back({.id = std::string(row.at("id").as_string()), .data = boost::json::object{{"id", 3}}});
  }
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(error_of([&] { quarantine_.resubmit(request("t"), std::nullopt, both); }).kind(),
            ErrorKind::invalid_argument);
  EXPECT_EQ(rows("t") + rows("t@b"), "[][]");
}

TEST_F(BranchesTest, AColumnOfMainKeepsItsIdOnABranchMadeOfIt) {
  put_contract("t", R"({"columns": [{"name": "id", "type": "INTEGER"}]})");
  save("t", "main", "id\n1\n");
  put_contract("t", R"({"columns": [{"name": "id", "type": "INTEGER"}, {"name": "z", "type": "STRING"}]})");
  save("t", "b", "id,z\n2,x\n");
  EXPECT_EQ(on("t", "b").schema().find("z")->id, on("t", "main").schema().find("z")->id);
  EXPECT_TRUE(on("t", "main").metadata->schema().same_columns(on("t", "main").schema()));
}

TEST_F(BranchesTest, RowsAreDeletedOnTheirBranch) {
  load("t", "id\n1\n2\n");
  save("t", "b", "id\n1\n2\n3\n");
  const Actor actor{.principal = "tester", .request = {}, .door = "test"};
  EXPECT_EQ(tables_.delete_rows(workspace_, "t", "b", "id >= 2", actor).rows, 2);
  EXPECT_EQ(rows("t@b"), "[[1]]");
  EXPECT_EQ(rows("t"), "[[1],[2]]");
  RowsDeleted all = tables_.delete_rows(workspace_, "t", "b", std::nullopt, actor);
  EXPECT_EQ(all.rows, 1);
  EXPECT_EQ(all.version, on("t", "b").version());
  EXPECT_EQ(rows("t@b"), "[]");
  EXPECT_EQ(rows("t"), "[[1],[2]]");
  EXPECT_EQ(error_of([&] { tables_.delete_rows(workspace_, "t", "c", std::nullopt, actor); }).kind(),
            ErrorKind::not_found);
}

TEST_F(BranchesTest, TheLastUploadHasATag) {
  auto upload = [&](const std::string& branch, std::string_view csv) {
    IngestRequest wanted = request("t");
    wanted.branch = branch;
    wanted.make_branch = true;
    wanted.tag_upload = true;
    return send(std::move(wanted), csv).outcome.version;
  };
  upload("main", "id\n1\n");
  auto second = upload("main", "id\n2\n");
  auto other = upload("key-a", "id\n3\n");
  const auto refs = on("t", "main").metadata->refs;
  EXPECT_EQ(refs.at(last_upload_tag("main")).snapshot_id, second);
  EXPECT_EQ(refs.at(last_upload_tag("main")).kind, iceberg::SnapshotRef::Kind::tag);
  EXPECT_EQ(refs.at(last_upload_tag("key-a")).snapshot_id, other);
  auto third = upload("main", "id\n");
  EXPECT_EQ(on("t", "main").metadata->refs.at(last_upload_tag("main")).snapshot_id, third) << "also without rows";
  EXPECT_EQ(rows("t"), "[[1],[2]]");
  EXPECT_EQ(history_.tags(workspace_, "t", {}).at("tags").as_array().size(), 0U);
  EXPECT_EQ(error_of([&] { history_.remove_tag(workspace_, "t", last_upload_tag("main")); }).kind(),
            ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { history_.create_tag(workspace_, "t", last_upload_tag("x"), std::nullopt); }).kind(),
            ErrorKind::invalid_argument);
}

TEST_F(BranchesTest, CompactionKeepsEveryBranchAndTheFilesOfItsLastUpload) {
  load("t", "id\n0\n");
  history_.create_branch(workspace_, "t", "early", std::nullopt);
  auto upload = [&](const std::string& branch, int id) {
    IngestRequest wanted = request("t");
    wanted.branch = branch;
    wanted.make_branch = true;
    wanted.tag_upload = true;
    send(std::move(wanted), fmt::format("id\n{}\n{}\n", 2 * id, 2 * id + 1));
  };
  auto upload_files = [&](const std::string& branch) {
    std::vector<std::string> paths;
    for (const iceberg::ScanFile& file : last_upload_scan(parts_, on("t", branch)).files) {
      paths.push_back(file.data->file.path);
    }
    return paths;
  };
  for (int i = 0; i < 20; ++i) upload("main", i);
  for (int i = 0; i < 20; ++i) upload("key-a", i);
  const auto last = upload_files("key-a");
  ASSERT_EQ(last.size(), 1U);
  NoProgress progress;
  Compacted done = compact(parts_, on("t", "main").row,
                           {.file_grace = 0, .target_file_bytes = 128 << 20, .wait_for_uses = 0}, progress);
  EXPECT_GE(done.files_before, 2 * 16);
  EXPECT_EQ(upload_files("key-a"), last);
  EXPECT_EQ(upload_files("main").size(), 1U);
  EXPECT_EQ(rows("t@early"), "[[0]]");
  EXPECT_EQ(sql("SELECT count(*), sum(id) FROM t"), "[[41,780]]");
  EXPECT_EQ(sql("SELECT count(*), sum(id) FROM \"t@key-a\""), "[[40,780]]");
  EXPECT_LT(iceberg::totals(*on("t", "key-a").head()).data_files, 10);

  // What is deleted from the last upload's rows is not among them any more.
  tables_.delete_rows(workspace_, "t", "key-a", "id = 39", {.principal = "tester", .request = {}, .door = "test"});
  iceberg::Scan scan = last_upload_scan(parts_, on("t", "key-a"));
  ASSERT_EQ(scan.files.size(), 1U);
  EXPECT_EQ(scan.files[0].deletes.size(), 1U);
}

TEST_F(BranchesTest, VersionsExpireByBranch) {
  for (int i = 0; i < 4; ++i) load("t", fmt::format("id\n{}\n", i));
  for (int i = 0; i < 4; ++i) save("t", "b", fmt::format("id\n{}\n", i));
  tables_.change_settings(workspace_, "t",
                          {.keep_versions = 2, .keep_for = base::Duration{0, false}, .description = {}});
  NoProgress progress;
  EXPECT_EQ(expire_versions(parts_, on("t", "main").row, progress), 4);
  EXPECT_EQ(sql("SELECT branch, count(*) FROM \"t$versions\" GROUP BY ALL ORDER BY 1"), R"([["b",2],[null,2]])");
  EXPECT_EQ(rows("t") + rows("t@b"), "[[0],[1],[2],[3]][[0],[1],[2],[3]]");
}

TEST_F(BranchesTest, ABranchIsMadeMovedForwardAndRemoved) {
  load("t", "id\n1\n");
  auto first = std::to_string(on("t", "main").version());
  history_.create_tag(workspace_, "t", "v1", std::nullopt);
  load("t", "id\n2\n");
  auto second = std::to_string(on("t", "main").version());
  EXPECT_EQ(version_in(history_.create_branch(workspace_, "t", "now", std::nullopt)), second);
  EXPECT_EQ(version_in(history_.create_branch(workspace_, "t", "by-tag", "v1")), first);
  EXPECT_EQ(history_.create_branch(workspace_, "t", "by-version", first).at("rows"), 1);
  EXPECT_EQ(version_in(history_.create_branch(workspace_, "t", "by-branch", "now")), second);
  for (const char* taken : {"now", "v1", "main"}) {
    EXPECT_EQ(error_of([&] { history_.create_branch(workspace_, "t", taken, std::nullopt); }).kind(),
              ErrorKind::already_exists);
  }
  EXPECT_EQ(error_of([&] { history_.create_branch(workspace_, "t", "key-a", std::nullopt); }).kind(),
            ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { history_.create_branch(workspace_, "t", "x", "nothing"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { history_.create_branch(workspace_, "t", "x", "77"); }).kind(), ErrorKind::not_found);

  save("t", "now", "id,more\n3,x\n");
  history_.fast_forward(workspace_, "t", "main", "now");
  EXPECT_EQ(rows("t"), R"([[1,null],[2,null],[3,"x"]])");
  EXPECT_EQ(require_state(parts_, workspace_.id, "t").row.figures.rows, 3);
  EXPECT_EQ(history_.fast_forward(workspace_, "t", "main", "now").at("rows"), 3) << "nothing to do";
  history_.fast_forward(workspace_, "t", "by-tag", second);
  EXPECT_EQ(rows("t@by-tag"), "[[1],[2]]");

  save("t", "by-tag", "id\n9\n");
  base::Error apart = error_of([&] { history_.fast_forward(workspace_, "t", "by-tag", "main"); });
  EXPECT_EQ(apart.kind(), ErrorKind::conflict);
  EXPECT_EQ(apart.code(), "not-a-descendant");
  EXPECT_EQ(error_of([&] { history_.fast_forward(workspace_, "t", "main", first); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { history_.fast_forward(workspace_, "t", "v1", "main"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { history_.fast_forward(workspace_, "t", "main", "nothing"); }).kind(), ErrorKind::not_found);

  history_.remove_branch(workspace_, "t", "by-tag");
  EXPECT_EQ(error_of([&] { rows("t@by-tag"); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { history_.remove_branch(workspace_, "t", "by-tag"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { history_.remove_branch(workspace_, "t", "v1"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { history_.remove_branch(workspace_, "t", "main"); }).kind(), ErrorKind::invalid_argument);
}

TEST_F(BranchesTest, AFrameBegunUnderAKeyMayBePublished) {
  save("t", "key-a", "id\n1\n");
  history_.fast_forward(workspace_, "t", "main", "key-a");
  EXPECT_EQ(rows("t"), "[[1]]");
  load("t", "id\n2\n");
  EXPECT_EQ(rows("t") + rows("t@key-a"), "[[1],[2]][[1]]");
}

TEST_F(BranchesTest, ARollbackBringsTheBranchsColumnsBack) {
  const Actor actor{.principal = "tester", .request = {}, .door = "test"};
  load("t", "x,y\n1,a\n");
  auto first = std::to_string(on("t", "main").version());
  save("t", "main", "x,z\ntext,2\n", WriteMode::replace, Shape::of_batch);
  history_.rollback(workspace_, "t", {.version = first}, actor);
  EXPECT_EQ(rows("t"), R"([[1,"a"]])");
  EXPECT_EQ(columns(on("t", "main").schema()), "x y");

  save("t", "b", "n\n1\n");
  auto of_b = std::to_string(on("t", "b").version());
  save("t", "b", "m\n2\n", WriteMode::replace, Shape::of_batch);
  history_.rollback(workspace_, "t", {.version = of_b, .branch = "b"}, actor);
  EXPECT_EQ(rows("t@b"), "[[1]]");
  EXPECT_EQ(columns(on("t", "b").schema()), "n");
  EXPECT_EQ(rows("t"), R"([[1,"a"]])");
}

TEST_F(BranchesTest, ABatchSaysHowItsFilesArePartitioned) {
  auto upload = [&](const std::string& branch, std::vector<std::string> partition, std::string_view csv) {
    IngestRequest wanted = request("t");
    wanted.branch = branch;
    wanted.make_branch = true;
    wanted.mode = WriteMode::replace;
    wanted.columns = Shape::of_batch;
    wanted.partition = std::move(partition);
    send(std::move(wanted), csv);
  };
  upload("main", {"day(d)"}, "d,n\n2024-01-01,1\n2024-01-02,2\n");
  EXPECT_EQ(sql("SELECT count(*) FROM \"t$files\" WHERE path LIKE '%/d/2024-01-0_/%'"), "[[2]]");
  upload("b", {}, "n\n1\n");
  upload("c", {"n"}, "n\n1\n2\n");
  EXPECT_EQ(on("t", "main").metadata->specs.size(), 3U);
  EXPECT_EQ(on("t", "main").metadata->spec().fields.size(), 1U);
  upload("main", {}, "n\n5\n");
  EXPECT_TRUE(on("t", "main").metadata->spec().unpartitioned());
  EXPECT_EQ(rows("t") + rows("t@b") + rows("t@c"), "[[5]][[1]][[1],[2]]");
}

TEST_F(BranchesTest, WritersOfTwoBranchesLoseNothing) {
  load("t", "id\n0\n");
  constexpr int kBatches = 6;
  auto write = [&](const std::string& branch) {
    for (int i = 1; i <= kBatches; ++i) {
      // Columns come while the other writer writes, so that plans made on an older table must be made again.
      save("t", branch, fmt::format("id,{}_{}\n{},{}\n", branch, i, i, branch));
    }
  };
  std::thread a(write, "a");
  std::thread b(write, "b");
  a.join();
  b.join();
  for (const char* branch : {"a", "b"}) {
    EXPECT_EQ(sql(fmt::format("SELECT count(*), count({0}_1), count({0}_6) FROM \"t@{0}\"", branch)), "[[6,1,1]]");
    EXPECT_EQ(on("t", branch).schema().fields().size(), 7U);
  }
  EXPECT_EQ(rows("t"), "[[0]]");
}

TEST_F(BranchesTest, TheSameRequestAgainGivesTheFirstAnswer) {
  auto once = [&] {
    IngestRequest wanted = request("t");
    wanted.branch = "b";
    wanted.make_branch = true;
    wanted.idempotency = IdempotencyKey{.scope = "s", .key = "k"};
    return send(std::move(wanted), "id\n1\n");
  };
  EXPECT_FALSE(once().replayed_answer);
  EXPECT_TRUE(once().replayed_answer);
  EXPECT_EQ(rows("t@b"), "[[1]]");
}

}  // namespace
}  // namespace boathouse::core
