// SPDX-License-Identifier: Apache-2.0
#include "core/raw_files.h"

#include <set>

#include "core/core_fixture.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

using base::ErrorKind;

class RawFilesTest : public CoreTest {
 protected:
  boost::json::object scan(std::optional<std::string> version = {}, std::optional<std::string> branch = {}) {
    return files_.scan(workspace_, "t", version, branch, "/u/");
  }
  std::string version_of(const boost::json::object& scan) { return std::string(scan.at("version").as_string()); }
  base::Error refused(const std::string& version, const std::string& place) {
    return error_of([&] { files_.open(workspace_, "t", version, place); });
  }

  const RawFiles files_{parts_};
};

TEST_F(RawFilesTest, AVersionsFilesAndDeletes) {
  load("t", "id,n\n1,a\n2,b\n");
  load("t", "id,n\n3,c\n");
  auto before = scan();
  EXPECT_EQ(before.at("files").as_array().size(), 2U);
  EXPECT_TRUE(before.at("deletes").as_array().empty());
  EXPECT_EQ(before.at("schema").at("fields").at(1).at("name"), "n");
  tables_.delete_rows(workspace_, "t", "main", "id = 1", {.principal = "tester", .request = {}, .door = "test"});

  auto now = scan();
  ASSERT_EQ(now.at("deletes").as_array().size(), 1U);
  std::set<std::string> etags;
  std::int64_t rows = 0;
  for (int place = 0; place < 3; ++place) {
    const auto& file = place < 2 ? now.at("files").at(static_cast<std::size_t>(place)) : now.at("deletes").at(0);
    EXPECT_EQ(std::string(file.at("url").as_string()), fmt::format("/u/{}/{}", version_of(now), place));
    RawFile opened = files_.open(workspace_, "t", version_of(now), std::to_string(place));
    EXPECT_EQ(static_cast<std::int64_t>(opened.bytes), file.at("bytes").as_int64());
    etags.insert(opened.etag);
    rows += place < 2 ? file.at("rows").as_int64() : -file.at("rows").as_int64();
  }
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(etags.size(), 3U);
  EXPECT_EQ(scan(version_of(before)), before) << "an old version's list never changes";
  EXPECT_TRUE(etags.contains(files_.open(workspace_, "t", version_of(before), "0").etag)) << "a file has one tag";
}

TEST_F(RawFilesTest, OfABranch) {
  load("t", "id\n1\n");
  history_.create_branch(workspace_, "t", "b", std::nullopt);
  load("t", "id\n2\n");
  EXPECT_EQ(scan({}, "b").at("files").as_array().size(), 1U);
  EXPECT_EQ(scan({}, "main").at("files").as_array().size(), 2U);
  EXPECT_EQ(error_of([&] { scan({}, "c"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { scan("12", {}); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { scan("x", {}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { scan("12", "b"); }).kind(), ErrorKind::invalid_argument);
}

TEST_F(RawFilesTest, NothingElseIsOpened) {
  load("t", "id\n1\n");
  load("other", "id\n1\n");
  std::string version = version_of(scan());
  for (const char* place : {"1", "-1", "00x", "", "18446744073709551616", "../0", "0/"}) {
    EXPECT_EQ(refused(version, place).kind(), ErrorKind::not_found) << place;
  }
  auto foreign = std::to_string(require_state(parts_, workspace_.id, "other").version());
  EXPECT_EQ(refused(foreign, "0").kind(), ErrorKind::not_found);
  EXPECT_EQ(refused("x", "0").kind(), ErrorKind::invalid_argument);
}

TEST_F(RawFilesTest, AnEmptyTableHasNone) {
  put_contract("t", R"({"columns": [{"name": "id", "type": "INTEGER"}]})");
  auto empty = scan();
  EXPECT_TRUE(empty.at("files").as_array().empty());
  EXPECT_TRUE(empty.at("version").is_string());
}

}  // namespace
}  // namespace boathouse::core
