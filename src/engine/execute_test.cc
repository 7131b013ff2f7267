// SPDX-License-Identifier: Apache-2.0
// Trusted statements of ingest workers.
#include <gmock/gmock.h>

#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class ExecuteTest : public EngineTest {
 protected:
  ExecuteTest() : pool_(options()) {}
  static std::string rows(const Rows& result) { return boost::json::serialize(result.rows); }

  WorkerPool pool_;
};

TEST_F(ExecuteTest, GivesEachStatementsRows) {
  Lease lease = take(pool_, ingest_on());
  const auto results =
      lease.execute({"CREATE TEMP TABLE t AS SELECT x FROM range(3) t(x)",
                     "SELECT x, 9007199254740993 AS big, 18446744073709551615::UBIGINT FROM t ORDER BY x DESC",
                     "SELECT 1 AS none WHERE false"});
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(rows(results[1]),
            "[[2,9007199254740993,18446744073709551615],[1,9007199254740993,18446744073709551615],"
            "[0,9007199254740993,18446744073709551615]]");
  EXPECT_EQ(results[1].columns[1], (Column{"big", "BIGINT"}));
  EXPECT_EQ(rows(results[2]), "[]");
}

TEST_F(ExecuteTest, KeepsItsConnectionForTheLeaseAndNoLonger) {
  {
    Lease lease = take(pool_, ingest_on());
    lease.execute({"CREATE TEMP TABLE t AS SELECT 1 AS x", "CREATE TABLE shared AS SELECT 2 AS x", "CREATE SCHEMA s"});
    EXPECT_EQ(rows(lease.execute({"SELECT t.x, shared.x FROM t, shared"})[0]), "[[1,2]]");
    // A query of the same lease has a connection of its own.
    EXPECT_EQ(ask(lease, "SELECT x FROM shared"), "[2]");
    EXPECT_EQ(error_of([&] { ask(lease, "SELECT x FROM t"); }).kind(), ErrorKind::invalid_argument);
  }
  Lease lease = take(pool_, ingest_on());
  EXPECT_EQ(pool_.stats().started, 1U);
  for (const std::string table : {"t", "shared", "lease.shared"}) {
    EXPECT_EQ(error_of([&] { lease.execute({"SELECT * FROM " + table}); }).kind(), ErrorKind::invalid_argument)
        << table;
  }
  lease.execute({"CREATE SCHEMA s", "CREATE TABLE shared AS SELECT 3 AS x"});
}

TEST_F(ExecuteTest, WritesToStagingOnly) {
  Lease lease = take(pool_, ingest_on());
  const std::string file = (staging() / "out.parquet").string();
  const auto results = lease.execute({"COPY (SELECT x AS id FROM range(10) t(x)) TO '" + file +
                                      "' (FORMAT parquet, FIELD_IDS {id: 1}, RETURN_STATS)"});
  EXPECT_EQ(results[0].columns.at(0).name, "filename");
  EXPECT_EQ(results[0].rows.at(0).at(1).as_int64(), 10);
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(rows(lease.execute({"SELECT count(*), sum(id) FROM read_parquet('" + file + "')"})[0]), "[[10,45]]");

  const auto inside = error_of([&] { lease.execute({"COPY (SELECT 1) TO '" + (data() / "x.csv").string() + "'"}); });
  EXPECT_EQ(inside.kind(), ErrorKind::unavailable);
  EXPECT_THAT(inside.message(), testing::Not(HasSubstr(root().string())));
  const auto outside = error_of([&] { lease.execute({"COPY (SELECT 1) TO '/tmp/engine-escape.csv'"}); });
  EXPECT_EQ(outside.kind(), ErrorKind::permission_denied);
}

TEST_F(ExecuteTest, RunsListsAtOnce) {
  Lease lease = take(pool_, ingest_on());
  lease.execute({"CREATE TABLE source AS SELECT x FROM range(100) t(x)"});
  std::vector<std::vector<std::string>> lists;
  for (int i = 0; i < 5; ++i) {
    lists.push_back({"CREATE TEMP TABLE part AS SELECT * FROM source WHERE x % 5 = " + std::to_string(i),
                     "SELECT min(x), count(*) FROM part"});
  }
  lists.push_back({});
  const auto results = lease.execute_parallel(lists);
  ASSERT_EQ(results.size(), 6U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rows(results[i]), "[[" + std::to_string(i) + ",20]]");
  EXPECT_EQ(rows(results[5]), "[]");
  EXPECT_TRUE(lease.execute_parallel({}).empty());
}

TEST_F(ExecuteTest, TheFirstFailureStopsTheOtherLists) {
  Lease lease = take(pool_, ingest_on());
  const auto error = error_of([&] {
    lease.execute_parallel({{"SELECT count(*) FROM range(1000000000000)"},
                            {"SELECT error('mine')"},
                            {"SELECT count(*) FROM range(1000000000000)"}});
  });
  EXPECT_EQ(error.message(), "mine");
  EXPECT_EQ(rows(lease.execute({"SELECT 1"})[0]), "[[1]]");
}

TEST_F(ExecuteTest, AFailureLeavesTheLeaseUsable) {
  Lease lease = take(pool_, ingest_on());
  lease.execute({"CREATE TEMP TABLE t AS SELECT 1 AS x"});
  EXPECT_EQ(error_of([&] {
              lease.execute({"SELECT * FROM t", "SELECT nope", "DROP TABLE t"});
            }).kind(),
            ErrorKind::invalid_argument);
  EXPECT_EQ(rows(lease.execute({"SELECT x FROM t"})[0]), "[[1]]");
}

TEST_F(ExecuteTest, RefusesResultsThatAreNotSmall) {
  Lease lease = take(pool_, ingest_on());
  EXPECT_EQ(error_of([&] { lease.execute({"SELECT repeat('x', 1000) FROM range(100000)"}); }).kind(),
            ErrorKind::too_large);
  EXPECT_EQ(lease.execute({"SELECT repeat('x', 1000) FROM range(60000)"})[0].rows.size(), 60'000U);
}

TEST_F(ExecuteTest, RefusesStatementsPastTheFrame) {
  Lease lease = take(pool_, ingest_on());
  EXPECT_EQ(error_of([&] { lease.execute({std::string((64 << 20) + 1, ' ')}); }).kind(), ErrorKind::too_large);
  EXPECT_EQ(rows(lease.execute({"SELECT 1" + std::string(32 << 20, ' ')})[0]), "[[1]]");
}

TEST_F(ExecuteTest, HoldsDeeplyNestedResults) {
  Lease lease = take(pool_, ingest_on());
  const auto result = lease.execute({"SELECT " + std::string(60, '[') + "1" + std::string(60, ']')});
  EXPECT_EQ(rows(result[0]), "[[" + std::string(60, '[') + "1" + std::string(60, ']') + "]]");
}

}  // namespace
}  // namespace boathouse::engine
