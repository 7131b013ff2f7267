// SPDX-License-Identifier: Apache-2.0
#include "core/table_history.h"

#include "core/core_fixture.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

using base::ErrorKind;

class TableHistoryTest : public CoreTest {
 protected:
  std::string version_of(const std::string& table) {
    return std::to_string(require_state(parts_, workspace_.id, table).row.figures.version);
  }
  std::string roll_back(const std::string& table, const std::string& version) {
    return std::to_string(history_.rollback(workspace_, table, {.version = version}, actor_));
  }
  std::string rows(const std::string& table) { return sql("SELECT * FROM " + table + " ORDER BY ALL"); }

  const Actor actor_{.principal = "tester", .request = base::RequestId("r1"), .door = "test"};
};

TEST_F(TableHistoryTest, ARollbackIsAVersionThatCanBeUndone) {
  load("t", "id,n\n1,1\n2,2\n", WriteMode::upsert, {"id"});
  std::string first = version_of("t");
  load("t", "id,n\n2,20\n3,30\n", WriteMode::upsert, {"id"});
  std::string second = version_of("t");
  std::string made = roll_back("t", first);
  EXPECT_EQ(version_of("t"), made);
  EXPECT_NE(made, first);
  EXPECT_EQ(rows("t"), "[[1,1],[2,2]]");
  EXPECT_EQ(require_state(parts_, workspace_.id, "t").row.figures.rows, 2);
  roll_back("t", second);
  EXPECT_EQ(rows("t"), "[[1,1],[2,20],[3,30]]");
  auto versions = tables_.versions(workspace_, "t", {}).at("versions").as_array();
  ASSERT_EQ(versions.size(), 4U);
  EXPECT_EQ(versions[0].at("by"), "tester");
  EXPECT_EQ(versions[1].at("rows"), 2);
  load("t", "id,n\n1,100\n", WriteMode::upsert, {"id"});
  EXPECT_EQ(rows("t"), "[[1,100],[2,20],[3,30]]") << "an upsert finds the restored rows";
}

TEST_F(TableHistoryTest, ARollbackBringsTheColumnsBackThatTheVersionHad) {
  load("t", "a,b\n1,x\n");
  std::string first = version_of("t");
  load("t", "a,c\n2,y\n", WriteMode::replace);
  std::string second = version_of("t");
  roll_back("t", first);
  EXPECT_EQ(rows("t"), R"([[1,"x"]])");
  load("t", "a,b,c\n2,y,z\n");
  EXPECT_EQ(rows("t"), R"([[1,"x",null],[2,"y","z"]])");
  roll_back("t", second);
  EXPECT_EQ(sql("SELECT a, c FROM t"), R"([[2,"y"]])");
}

TEST_F(TableHistoryTest, ARollbackUnderAContractKeepsItsColumns) {
  load("t", "a,b\n1,x\n");
  std::string first = version_of("t");
  put_contract("t", R"({"columns": [{"name": "a", "type": "BIGINT"}]})");
  roll_back("t", first);
  EXPECT_EQ(rows("t"), "[[1]]");
  EXPECT_EQ(sql("SELECT * FROM \"t@" + first + "\""), R"([[1,"x"]])");
}

TEST_F(TableHistoryTest, ARollbackNeedsAVersionOfTheTable) {
  load("t", "a\n1\n");
  load("other", "a\n1\n");
  EXPECT_EQ(error_of([&] { roll_back("t", version_of("other")); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { roll_back("t", "yesterday"); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { roll_back("t", "9223372036854775808"); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { roll_back("nothing", "1"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(tables_.versions(workspace_, "t", {}).at("versions").as_array().size(), 1U);
}

TEST_F(TableHistoryTest, TagsNameVersions) {
  load("t", "a\n1\n");
  std::string first = version_of("t");
  auto tag = history_.create_tag(workspace_, "t", "start", std::nullopt);
  EXPECT_EQ(std::string(tag.at("version").as_string()), first);
  EXPECT_EQ(tag.at("rows"), 1);
  load("t", "a\n2\n");
  history_.create_tag(workspace_, "t", "now", version_of("t"));
  EXPECT_EQ(sql("SELECT * FROM \"t@start\""), "[[1]]");
  EXPECT_EQ(sql("SELECT * FROM \"t@branch:start\""), "[[1]]");
  auto page = history_.tags(workspace_, "t", {.limit = 1, .token = {}});
  EXPECT_EQ(page.at("tags").at(0).at("name"), "now");
  page = history_.tags(workspace_, "t", {.limit = 1, .token = std::string(page.at("next_page_token").as_string())});
  EXPECT_EQ(page.at("tags").at(0).at("name"), "start");
  EXPECT_FALSE(page.contains("next_page_token"));
  auto branches = history_.branches(workspace_, "t", {}).at("branches").as_array();
  ASSERT_EQ(branches.size(), 1U);
  EXPECT_EQ(branches[0].at("name"), "main");
  EXPECT_EQ(branches[0].at("rows"), 2);

  history_.remove_tag(workspace_, "t", "start");
  EXPECT_EQ(history_.tags(workspace_, "t", {}).at("tags").as_array().size(), 1U);
  EXPECT_EQ(error_of([&] { history_.remove_tag(workspace_, "t", "start"); }).kind(), ErrorKind::not_found);
}

TEST_F(TableHistoryTest, TagsAreRefusedWhereTheyWouldConfuse) {
  load("t", "a\n1\n");
  auto refused = [&](const std::string& name, std::optional<std::string> version = {}) {
    return error_of([&] { history_.create_tag(workspace_, "t", name, version); }).kind();
  };
  history_.create_tag(workspace_, "t", "taken", std::nullopt);
  EXPECT_EQ(refused("taken"), ErrorKind::already_exists);
  EXPECT_EQ(refused("main"), ErrorKind::already_exists);
  EXPECT_EQ(refused(""), ErrorKind::invalid_argument);
  EXPECT_EQ(refused("a@b"), ErrorKind::invalid_argument);
  EXPECT_EQ(refused("key-x"), ErrorKind::invalid_argument);
  EXPECT_EQ(refused("other", "123"), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { history_.remove_tag(workspace_, "t", "main"); }).kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace boathouse::core
