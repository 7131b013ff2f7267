// SPDX-License-Identifier: Apache-2.0
#include "core/query_results.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;

class QueryResultsTest : public ::testing::Test {
 protected:
  // Rows [0], [1].. in frames of that many bytes.
  ResultAbout keep(const QueryResults& results, const base::JobId& job, int rows, std::size_t frame = 1000) {
    ResultWriter writer = results.write(workspace_, job, nobody_);
    writer.on_columns({{"n", "INTEGER"}});
    std::string all;
    for (int i = 0; i < rows; ++i) all += fmt::format("[{}]\n", i);
    for (std::size_t at = 0; at < all.size(); at += frame) writer.on_bytes(std::string_view(all).substr(at, frame));
    return writer.finish({}, 5, {workspace_});
  }
  static std::string text_of(const ResultRows& rows) {
    std::string text(rows.end - rows.begin, '\0');
    EXPECT_EQ(::pread(rows.file.get(), text.data(), text.size(), static_cast<off_t>(rows.begin)),
              static_cast<ssize_t>(text.size()));
    return text;
  }

  base::TemporaryFolder folder_{fs::temp_directory_path(), "query-results-"};
  fs::path root_ = folder_.path() / "queries";
  base::WorkspaceId workspace_{"w"};
  base::JobId job_{"j"};
  NoProgress nobody_;
};

TEST_F(QueryResultsTest, RowsAreFoundWhereverTheMarksAre) {
  QueryResults results(root_);
  keep(results, job_, 2 * 1024 + 1);
  auto kept = results.find(workspace_, job_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->about().rows, 2049U);
  for (std::uint64_t first : {0, 1, 1022, 1023, 1024, 1025, 2047, 2048}) {
    EXPECT_EQ(text_of(kept->rows(first, 1)), fmt::format("[{}]\n", first));
  }
  EXPECT_EQ(text_of(kept->rows(1023, 2)), "[1023]\n[1024]\n");
  EXPECT_EQ(kept->rows(2000, 1000).count, 49U);
  EXPECT_EQ(text_of(kept->rows(2049, 7)), "");
}

TEST_F(QueryResultsTest, AFrameMayEndAnywhere) {
  for (std::size_t frame : {1, 3, 4096}) {
    QueryResults results(root_);
    base::JobId job("j" + std::to_string(frame));
    keep(results, job, 1100, frame);
    EXPECT_EQ(text_of(results.find(workspace_, job)->rows(1024, 1)), "[1024]\n");
  }
}

TEST_F(QueryResultsTest, AnEmptyResultIsAResult) {
  QueryResults results(root_);
  keep(results, job_, 0);
  auto kept = results.find(workspace_, job_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->about().columns, (std::vector<engine::Column>{{"n", "INTEGER"}}));
  EXPECT_EQ(kept->rows(0, 10).count, 0U);
}

TEST_F(QueryResultsTest, OutlivesTheProcessButOnlyWhole) {
  {
    QueryResults results(root_);
    keep(results, job_, 3);
    results.write(workspace_, base::JobId("half"), nobody_).on_bytes("[1]\n");
    EXPECT_FALSE(results.find(workspace_, base::JobId("half")));
    fs::create_directories(root_ / "w" / "unfinished-x");
  }
  QueryResults again(root_);
  EXPECT_FALSE(fs::exists(root_ / "w" / "unfinished-x"));
  auto kept = again.find(workspace_, job_);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->about().workspaces, std::vector<base::WorkspaceId>{workspace_});
  EXPECT_EQ(again.bytes_of(workspace_), 12U);
  EXPECT_EQ(again.bytes_of(base::WorkspaceId("nobody")), 0U);
}

TEST_F(QueryResultsTest, OldOnesGoAndWhoReadsThemReadsOn) {
  QueryResults results(root_);
  ResultAbout about = keep(results, job_, 3);
  EXPECT_EQ(results.remove_older(about.made_at - 1), 0);
  ResultRows rows = results.find(workspace_, job_)->rows(0, 3);
  EXPECT_EQ(results.remove_older(about.made_at), 1);
  EXPECT_FALSE(results.find(workspace_, job_));
  EXPECT_EQ(text_of(rows), "[0]\n[1]\n[2]\n");
}

}  // namespace
}  // namespace boathouse::core
